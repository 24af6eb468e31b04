"""A model family as its two repos: the same weights on both hubs, and all that differs around them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.card import readme
from tests.fakes.content import Content, FakeRepo, Gated
from tests.fakes.sources import Synthetic

KIB, MIB = 1 << 10, 1 << 20


@dataclass(frozen=True)
class Hub:
    """What one hub has of a family: its id there, the head of the README, and the files that only this hub has."""

    id: str
    card: Mapping[str, Any]
    only_here: Mapping[str, Content] = field(default_factory=dict)
    gated: Gated = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """`files` are the same on both hubs, byte by byte; README, config.json, .gitattributes and histories differ."""

    name: str
    huggingface: Hub
    modelscope: Hub
    files: Mapping[str, Content]
    config: Mapping[str, Any]
    task: str = "text-generation"

    @property
    def code(self) -> list[str]:
        return [path for path in self.files if path.endswith(".py")]

    def on_huggingface(self) -> FakeRepo:
        own: dict[str, Content] = {
            ".gitattributes": attributes("bin", "safetensors", "model", "onnx"),
            "README.md": readme(self.huggingface.card, f"# {self.name}\n\nHow to use it with transformers."),
            "config.json": as_json({"_name_or_path": self.huggingface.id, **self.config}),
        }
        return self._repo(self.huggingface, own, datetime(2024, 1, 31, 10, 20, 30, tzinfo=UTC))

    def on_modelscope(self) -> FakeRepo:
        """With the file that ModelScope's pipelines ask for, and a history of its own."""
        own: dict[str, Content] = {
            ".gitattributes": attributes("bin", "safetensors", "model", "onnx", "gguf", "pdf"),
            "README.md": readme(self.modelscope.card, f"# {self.name}\n\n魔搭上的使用方法。"),
            "config.json": as_json(self.config),
            "configuration.json": as_json({"framework": "pytorch", "task": self.task, "allow_remote": True}),
        }
        return self._repo(self.modelscope, own, datetime(2024, 2, 1, 8, 0, 0, tzinfo=UTC))

    def _repo(self, hub: Hub, own: Mapping[str, Content], created: datetime) -> FakeRepo:
        """Two commits, so that not every file was last touched by the newest."""
        card = own["README.md"]
        files = {**own, **self.files, **hub.only_here, "README.md": "# Coming soon\n"}
        repo = FakeRepo(
            hub.id, files, card=dict(hub.card), gated=hub.gated, aliases=hub.aliases, created=created, downloads=1000
        )
        repo.commit({"README.md": card}, "Write the README")
        return repo


def as_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def attributes(*suffixes: str) -> str:
    return "".join(f"*.{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in suffixes)


def made_up(family: str, path: str, size: int) -> Synthetic:
    """Bytes that no other file has, and that are the same wherever the file lies."""
    return Synthetic(size, zlib.crc32(f"{family}/{path}".encode()))


def text_of(family: str, path: str, size: int = 3 * KIB) -> str:
    """Text that stands for a licence, a vocabulary or a program; two files never have the same."""
    line = f"{family} {path}: in place of the real text, which is not needed here.\n"
    return (f"# {line}" if path.endswith(".py") else line) * (size // len(line.encode()) + 1)


def texts(family: str, paths: Iterable[str], size: int = 3 * KIB) -> dict[str, Content]:
    return {path: text_of(family, path, size) for path in paths}


def tokenizer(family: str, *paths: str) -> dict[str, Content]:
    """Vocabularies: text, or a model of sentencepiece, which git-lfs keeps."""
    return {
        path: made_up(family, path, 40 * KIB) if path.endswith(".model") else text_of(family, path, 20 * KIB)
        for path in paths
    }


def shards(family: str, count: int, size: int, suffix: str = "safetensors") -> dict[str, Content]:
    """`model-00001-of-00007.safetensors` and so on, or the `.bin` files of PyTorch, with their index."""
    stem = "model" if suffix == "safetensors" else "pytorch_model"
    names = [f"{stem}-{number:05d}-of-{count:05d}.{suffix}" for number in range(1, count + 1)]
    index = {
        "metadata": {"total_size": size * count},
        "weight_map": {f"layers.{number}.weight": name for number, name in enumerate(names)},
    }
    weights: dict[str, Content] = {name: made_up(family, name, size) for name in names}
    return weights | {f"{stem}.{suffix}.index.json": as_json(index)}
