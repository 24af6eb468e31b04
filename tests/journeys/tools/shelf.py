"""Repos of the stand-in upstream that the tools need: real files of their formats, written anew for each test run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow
import pyarrow.parquet

from tests.fakes import Synthetic, world
from tests.fakes.content import Kind
from tests.journeys.clients import digests_below

CARD = "---\nlicense: mit\n---\n# For the tools\n"
ROWS = 500


@dataclass(frozen=True)
class Shelved:
    """A repo and the folder with its files."""

    id: str
    folder: Path
    kind: Kind = "model"

    @property
    def digests(self) -> dict[str, str]:
        """sha256 by path."""
        return digests_below(self.folder)


class Shelf:
    """Everything below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.figures = Shelved("tools/figures", folder / "figures", "dataset")
        self.verses = Shelved("tools/verses", folder / "verses", "dataset")
        self.quantized = Shelved("tools/tiny-GGUF", folder / "tiny-GGUF")
        self.pictures = Shelved("tools/pictures", folder / "pictures")
        self.all = (self.figures, self.verses, self.quantized, self.pictures)
        for repo in self.all:
            _write(repo.folder / "README.md", CARD)
        write_figures(self.figures.folder)
        write_verses(self.verses.folder)
        write_quantized(self.quantized.folder)
        write_pictures(self.pictures.folder)

    def options(self) -> list[str]:
        """For the command line of the stand-in."""
        flags = {"dataset": "--dataset", "model": "--repo-dir"}
        return [part for repo in self.all for part in (flags[repo.kind], f"{repo.id}={repo.folder}")]


def write_figures(folder: Path) -> None:
    table = pyarrow.table({"number": list(range(ROWS)), "word": [f"word {number}" for number in range(ROWS)]})
    (folder / "data").mkdir(parents=True)
    pyarrow.parquet.write_table(table, folder / "data" / "train-00000-of-00001.parquet")


def write_verses(folder: Path) -> None:
    lines = (json.dumps({"line": number, "text": f"Verse {number}"}) for number in range(200))
    _write(folder / "data" / "train.jsonl", "\n".join(lines) + "\n")


def write_quantized(folder: Path) -> None:
    """By name and first bytes a GGUF file, which is all that a downloader looks at."""
    for seed, name in enumerate(("tiny-Q4_K_M.gguf", "tiny-Q8_0.gguf")):
        size = 3_000_000 + seed
        (folder / name).write_bytes(b"GGUF" + Synthetic(size, 700 + seed).read(0, size))


def write_pictures(folder: Path) -> None:
    """What diffusers looks at before it downloads a pipeline, and weights that nobody loads."""
    parts = {"scheduler": ["diffusers", "DDPMScheduler"], "unet": ["diffusers", "UNet2DModel"]}
    _write(folder / "model_index.json", json.dumps({"_class_name": "DDPMPipeline", **parts}))
    scheduler = {"_class_name": "DDPMScheduler", "num_train_timesteps": 10}
    _write(folder / "scheduler" / "scheduler_config.json", json.dumps(scheduler))
    _write(folder / "unet" / "config.json", json.dumps({"_class_name": "UNet2DModel", "sample_size": 8}))
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(world.safetensors(20_000, seed=31))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
