"""Commands and code that fetch a repo from this hub, for each client that can use it. Everything that comes from a repo
is quoted for its language; tests/web/test_snippets.py lets a shell and Python parse every one."""

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from django.conf import settings

from hub.catalog.models import Repo, RepoFile, Revision
from hub.names import RepoKind

SHELL, PYTHON = "bash", "python"


@dataclass(frozen=True)
class Use:
    """What decides which clients fit. `revision` is "" for the default; `names` are file names at the root that tell a
    library; `gguf` is the path of one file of that kind, `sample` of a small file for curl; `families` are the kinds
    of hub that the repo is known on."""

    address: str
    kind: RepoKind
    repo_id: str
    revision: str = ""
    library: str = ""
    task: str = ""
    families: frozenset[str] = frozenset({"huggingface"})
    names: frozenset[str] = frozenset()
    has_safetensors: bool = False
    gguf: str = ""
    sample: str = ""
    needs_token: bool = False

    @property
    def is_transformers(self) -> bool:
        return "config.json" in self.names and not self.is_diffusers

    @property
    def is_sentences(self) -> bool:
        return self.library == "sentence-transformers" or "modules.json" in self.names

    @property
    def is_diffusers(self) -> bool:
        return self.library == "diffusers" or "model_index.json" in self.names

    @property
    def is_served(self) -> bool:
        """Servers of language models take it."""
        return self.is_transformers and self.has_safetensors and self.task in _GENERATING


@dataclass(frozen=True)
class Snippet:
    """`client` is the name of the program or library, the same in every language of the pages."""

    client: str
    language: str
    text: str


_GENERATING = frozenset({"text-generation", "image-text-to-text", "any-to-any", "text2text-generation", "chat"})
_TASKS = """audio-classification automatic-speech-recognition depth-estimation document-question-answering
    feature-extraction fill-mask image-classification image-feature-extraction image-segmentation image-text-to-text
    image-to-image mask-generation object-detection question-answering summarization table-question-answering
    text-classification text-generation text-to-audio text-to-speech token-classification translation
    video-classification visual-question-answering zero-shot-classification zero-shot-image-classification
    zero-shot-object-detection"""
_PIPELINES = frozenset(_TASKS.split())
_TELLING = ("config.json", "modules.json", "model_index.json", "configuration.json", "adapter_config.json")


def use_of(revision: Revision, address: str, asked: str = "") -> Use:
    """From the rows of a published revision."""
    repo = revision.repo
    files = RepoFile.objects.filter(revision=revision, blob__isnull=False)
    names = frozenset(files.filter(path__in=_TELLING).values_list("path", flat=True))
    gguf = files.filter(path__iendswith=".gguf").order_by("size").values_list("path", flat=True).first()
    same = Repo.objects.filter(kind=repo.kind, key=repo.key, held=True)
    sample = files.order_by("-size").values_list("path", flat=True).first()
    return Use(
        address=address,
        kind=RepoKind(repo.kind),
        repo_id=str(repo.repo_id),
        revision="" if asked in ("", repo.default_ref) else asked,
        library=repo.library_name,
        task=repo.pipeline_tag,
        families=frozenset(same.values_list("upstream__kind", flat=True)),
        names=names,
        has_safetensors=files.filter(path__endswith=".safetensors").exists(),
        gguf=gguf or "",
        sample=sample or "",
        needs_token=not settings.ANONYMOUS_PULL,
    )


def snippets_for(use: Use) -> list[Snippet]:
    """Those that fit, the most likely first."""
    return [snippet for make in _CLIENTS for snippet in make(use)]


def _hf(use: Use) -> Iterable[Snippet]:
    yield Snippet("hf", SHELL, _export(use) + _hf_command(use) + "\n")


def _hub_library(use: Use) -> Iterable[Snippet]:
    options = {"repo_type": "dataset"} if use.kind is RepoKind.DATASET else {}
    call = _call("snapshot_download", use.repo_id, **options, **_revision(use))
    yield Snippet(
        "huggingface_hub", PYTHON, f"{_environ(use)}from huggingface_hub import snapshot_download\n\n{call}\n"
    )


def _transformers(use: Use) -> Iterable[Snippet]:
    if use.kind is not RepoKind.MODEL or not use.is_transformers or use.gguf:
        return
    if use.task in _PIPELINES:
        made = _assigned("pipe", "pipeline", use.task, model=use.repo_id, **_revision(use))
        code = f"from transformers import pipeline\n\n{made}"
    else:
        code = (
            "from transformers import AutoModel, AutoTokenizer\n\n"
            f"{_assigned('tokenizer', 'AutoTokenizer.from_pretrained', use.repo_id, **_revision(use))}\n"
            f"{_assigned('model', 'AutoModel.from_pretrained', use.repo_id, **_revision(use))}"
        )
    yield Snippet("transformers", PYTHON, f"{_environ(use)}{code}\n")


def _sentences(use: Use) -> Iterable[Snippet]:
    if use.kind is RepoKind.MODEL and use.is_sentences:
        made = _assigned("model", "SentenceTransformer", use.repo_id, **_revision(use))
        code = f"from sentence_transformers import SentenceTransformer\n\n{made}\n"
        yield Snippet("sentence-transformers", PYTHON, f'{_environ(use)}{code}vectors = model.encode(["A sentence"])\n')


def _diffusers(use: Use) -> Iterable[Snippet]:
    if use.kind is RepoKind.MODEL and use.is_diffusers:
        made = _assigned("pipe", "DiffusionPipeline.from_pretrained", use.repo_id, **_revision(use))
        yield Snippet("diffusers", PYTHON, f"{_environ(use)}from diffusers import DiffusionPipeline\n\n{made}\n")


def _datasets(use: Use) -> Iterable[Snippet]:
    if use.kind is RepoKind.DATASET:
        made = _assigned("data", "load_dataset", use.repo_id, **_revision(use))
        yield Snippet("datasets", PYTHON, f"{_environ(use)}from datasets import load_dataset\n\n{made}\n")


def _servers(use: Use) -> Iterable[Snippet]:
    if use.kind is not RepoKind.MODEL or not use.is_served:
        return
    name, at = shlex.quote(use.repo_id), f" --revision {shlex.quote(use.revision)}" if use.revision else ""
    yield Snippet("vLLM", SHELL, f"{_export(use)}vllm serve {name}{at}\n")
    yield Snippet("SGLang", SHELL, f"{_export(use)}python -m sglang.launch_server --model-path {name}{at}\n")
    token = " \\\n  -e HF_TOKEN" if use.needs_token else ""
    yield Snippet(
        "Text Generation Inference",
        SHELL,
        f"docker run --gpus all --shm-size 1g -p 8080:80 \\\n  -e HF_ENDPOINT={shlex.quote(use.address)}{token} \\\n"
        f"  ghcr.io/huggingface/text-generation-inference:latest --model-id {name}{at}\n",
    )


def _embedding_server(use: Use) -> Iterable[Snippet]:
    if use.kind is RepoKind.MODEL and (use.is_sentences or use.task in ("feature-extraction", "sentence-similarity")):
        token = " \\\n  -e HF_TOKEN" if use.needs_token else ""
        yield Snippet(
            "Text Embeddings Inference",
            SHELL,
            f"docker run -p 8080:80 \\\n  -e HF_ENDPOINT={shlex.quote(use.address)}{token} \\\n"
            f"  ghcr.io/huggingface/text-embeddings-inference:cpu-latest --model-id {shlex.quote(use.repo_id)}\n",
        )


def _llama_cpp(use: Use) -> Iterable[Snippet]:
    if use.kind is RepoKind.MODEL and use.gguf:
        path = shlex.quote(use.gguf)
        command = f"{_hf_command(use, use.gguf)} --local-dir .\nllama-server -m {path}\n"
        yield Snippet("llama.cpp", SHELL, _export(use) + command)


def _modelscope(use: Use) -> Iterable[Snippet]:
    if "modelscope" not in use.families:
        return
    yield Snippet("modelscope", SHELL, _modelscope_export(use) + _modelscope_command(use) + "\n")
    options = {"repo_type": "dataset"} if use.kind is RepoKind.DATASET else {}
    call = _call("snapshot_download", use.repo_id, **options, **_revision(use))
    code = f"from modelscope import snapshot_download\n\n{call}\n"
    token = "# export MODELSCOPE_API_TOKEN: a token of this hub\n" if use.needs_token else ""
    start = f'import os\n\nos.environ["MODELSCOPE_ENDPOINT"] = {use.address!r}\n{token}\n'
    yield Snippet("modelscope (Python)", PYTHON, start + code)


def _swift(use: Use) -> Iterable[Snippet]:
    if use.kind is not RepoKind.MODEL or not use.is_served:
        return
    name = shlex.quote(use.repo_id)
    if "modelscope" in use.families:
        yield Snippet("ms-swift", SHELL, f"{_modelscope_export(use)}swift infer --model {name}\n")
    else:
        yield Snippet("ms-swift", SHELL, f"{_export(use)}swift infer --model {name} --use_hf true\n")


def _curl(use: Use) -> Iterable[Snippet]:
    if not use.sample:
        return
    at = use.revision or "main"
    where = f"{use.address}/{use.kind.prefix}{use.repo_id}/resolve/{quote(at, safe='')}/{quote(use.sample)}"
    token = ' -H "Authorization: Bearer $HF_TOKEN"' if use.needs_token else ""
    name = shlex.quote(PurePosixPath(use.sample).name)
    yield Snippet("curl", SHELL, f"curl -L -C - -o {name}{token} \\\n  {shlex.quote(where)}\n")


_CLIENTS: tuple[Callable[[Use], Iterable[Snippet]], ...] = (
    _hf,
    _sentences,
    _transformers,
    _diffusers,
    _datasets,
    _llama_cpp,
    _servers,
    _embedding_server,
    _hub_library,
    _modelscope,
    _swift,
    _curl,
)


def _export(use: Use) -> str:
    token = "export HF_TOKEN=hf_...  # a token of this hub\n" if use.needs_token else ""
    return f"export HF_ENDPOINT={shlex.quote(use.address)}\n{token}"


def _modelscope_export(use: Use) -> str:
    token = "export MODELSCOPE_API_TOKEN=hf_...  # a token of this hub\n" if use.needs_token else ""
    return f"export MODELSCOPE_ENDPOINT={shlex.quote(use.address)}\n{token}"


def _environ(use: Use) -> str:
    """Before any import that reads it."""
    token = "# export HF_TOKEN before: a token of this hub\n" if use.needs_token else ""
    return f'import os\n\nos.environ["HF_ENDPOINT"] = {use.address!r}  # before the import\n{token}\n'


def _hf_command(use: Use, path: str = "") -> str:
    words = ["hf", "download", use.repo_id, *([path] if path else [])]
    words += ["--repo-type", "dataset"] if use.kind is RepoKind.DATASET else []
    return shlex.join([*words, *(["--revision", use.revision] if use.revision else [])])


def _modelscope_command(use: Use) -> str:
    words = ["modelscope", "download", *(["--dataset"] if use.kind is RepoKind.DATASET else []), use.repo_id]
    return shlex.join([*words, *(["--revision", use.revision] if use.revision else [])])


def _revision(use: Use) -> dict[str, str]:
    return {"revision": use.revision} if use.revision else {}


def _call(function: str, *values: str, **options: str) -> str:
    told = [repr(value) for value in values] + [f"{name}={value!r}" for name, value in options.items()]
    return f"{function}({', '.join(told)})"


def _assigned(name: str, function: str, *values: str, **options: str) -> str:
    return f"{name} = {_call(function, *values, **options)}"
