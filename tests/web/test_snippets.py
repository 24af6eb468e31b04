"""Every snippet is parsed by the shell or by Python, whatever the repo is called."""

import ast
import itertools
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from hub.names import RepoKind
from hub.web.snippets import PYTHON, SHELL, Snippet, Use, snippets_for
from tests.web import shown_repo

MODEL = Use(
    "http://hub.example:8000",
    RepoKind.MODEL,
    "org/name",
    names=frozenset({"config.json"}),
    has_safetensors=True,
    task="text-generation",
    sample="model.safetensors",
)
SENTENCES = replace(MODEL, names=frozenset({"config.json", "modules.json"}), task="sentence-similarity")
GGUF = replace(MODEL, names=frozenset(), has_safetensors=False, gguf="q4/it's a $(model).gguf")
DIFFUSERS = replace(MODEL, names=frozenset({"model_index.json"}), task="text-to-image")
DATASET = replace(MODEL, kind=RepoKind.DATASET, names=frozenset(), task="", sample="data/日 本.parquet")
BOTH = replace(MODEL, families=frozenset({"huggingface", "modelscope"}))
BASH = shutil.which("bash")
AWKWARD = ("it's", '$(echo >owned)`echo >owned`"', "a b;echo >owned")
USES = [
    replace(use, needs_token=token, revision=revision)
    for use, token, revision in itertools.product(
        (MODEL, SENTENCES, GGUF, DIFFUSERS, DATASET, BOTH), (False, True), ("", "v1.0", *AWKWARD)
    )
]


def clients(use: Use) -> list[str]:
    return [snippet.client for snippet in snippets_for(use)]


def shell_accepts(texts: list[str]) -> bool:
    return all(subprocess.run(["bash", "-n"], input=text.encode(), timeout=10).returncode == 0 for text in texts)


def test_every_command_is_one_that_a_shell_takes() -> None:
    texts = {one.text for use in USES for one in snippets_for(use) if one.language == SHELL}
    assert shell_accepts(["\n".join(f"{{\n{text}\n}}" for text in sorted(texts))])
    assert len(texts) > 50


def test_every_piece_of_python_is_one_that_python_takes() -> None:
    for use in USES:
        for one in snippets_for(use):
            if one.language == PYTHON:
                ast.parse(one.text)


def test_nothing_of_a_name_is_run(tmp_path: Path) -> None:
    awkward = replace(GGUF, revision=AWKWARD[1], sample=AWKWARD[2], needs_token=True)
    texts = [one.text for use in (awkward, replace(BOTH, revision=AWKWARD[2])) for one in snippets_for(use)]
    for text in texts:
        subprocess.run(["bash", "-c", text], env={"PATH": "/nonexistent"}, executable=BASH, cwd=tmp_path, timeout=10)
    assert len(texts) > 8
    assert list(tmp_path.iterdir()) == []


def test_each_kind_of_repo_has_its_clients() -> None:
    assert {
        "hf",
        "transformers",
        "vLLM",
        "SGLang",
        "Text Generation Inference",
        "huggingface_hub",
        "ms-swift",
        "curl",
    } == set(clients(MODEL))
    assert clients(SENTENCES)[:2] == ["hf", "sentence-transformers"]
    assert "Text Embeddings Inference" in clients(SENTENCES)
    assert "vLLM" not in clients(SENTENCES)
    assert "llama.cpp" in clients(GGUF)
    assert "transformers" not in clients(GGUF)
    assert "diffusers" in clients(DIFFUSERS)
    assert clients(DATASET) == ["hf", "datasets", "huggingface_hub", "curl"]
    assert {"modelscope", "modelscope (Python)"} <= set(clients(BOTH))


def test_every_snippet_names_this_hub() -> None:
    for use in USES:
        for one in snippets_for(use):
            assert "http://hub.example:8000" in one.text, one


def test_a_hub_that_asks_who_is_there_says_which_token() -> None:
    for one in snippets_for(replace(BOTH, needs_token=True)):
        assert "TOKEN" in one.text, one


def test_a_revision_other_than_the_default_is_named() -> None:
    for one in snippets_for(replace(MODEL, revision="v1.0")):
        assert "v1.0" in one.text or one.client == "ms-swift", one


@pytest.mark.django_db
def test_the_rows_of_a_repo_decide_what_fits() -> None:
    from hub.web.snippets import use_of

    revision = shown_repo.published().refs.get(name="v1.0").revision
    use = use_of(revision, "http://hub.example", "v1.0")
    assert (use.revision, use.has_safetensors, use.gguf) == ("v1.0", True, "model-q4.gguf")
    assert use_of(revision, "http://hub.example", "main").revision == ""
    assert isinstance(snippets_for(use)[0], Snippet)
