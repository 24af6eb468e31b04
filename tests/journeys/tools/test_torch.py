"""sentence-transformers, transformers and diffusers on torch: a gigabyte, so only where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import world
from tests.journeys.origin import Origin
from tests.journeys.running import RunningHub

from .conftest import Held
from .shelf import Shelf
from .test_rust import HELLO_WORLD
from .told import cached, python, unasked

pytestmark = pytest.mark.heavy

ENCODE = f"""
    import json
    from sentence_transformers import SentenceTransformer
    vector = SentenceTransformer({world.MINILM!r}).encode("hello world")
    print(json.dumps([len(vector), *map(float, vector[:2])]))
"""
FORWARD = f"""
    import json, torch
    from transformers import AutoModel, AutoTokenizer
    tokens = AutoTokenizer.from_pretrained({world.MINILM!r})("hello world", return_tensors="pt")
    with torch.no_grad():
        print(json.dumps(list(AutoModel.from_pretrained({world.MINILM!r})(**tokens).last_hidden_state.shape)))
"""
PIPELINE = """
    import json
    from diffusers import DDPMScheduler, DiffusionPipeline
    folder = DiffusionPipeline.download("tools/pictures")
    steps = DDPMScheduler.from_pretrained("tools/pictures", subfolder="scheduler").config.num_train_timesteps
    print(json.dumps([str(folder), steps]))
"""


@pytest.fixture
def minilm(hub: RunningHub, minilm_files: Path) -> None:
    hub.bring(world.MINILM)


def test_sentence_transformers_embeds_with_the_model_of_the_hub(
    torch_tools: Path, hub: RunningHub, minilm: None, origin: Origin, homes: Iterator[Path]
) -> None:
    home = next(homes)
    with unasked(origin):
        size, *numbers = python(torch_tools, ENCODE, home, HF_ENDPOINT=hub.url).value
    assert size == 384
    assert numbers == pytest.approx(HELLO_WORLD, abs=1e-4)
    assert cached(home, world.MINILM)["model.safetensors"] == world.MINILM_SHA256


def test_transformers_loads_the_weights_of_the_hub(
    torch_tools: Path, hub: RunningHub, minilm: None, origin: Origin, homes: Iterator[Path]
) -> None:
    with unasked(origin):
        assert python(torch_tools, FORWARD, next(homes), HF_ENDPOINT=hub.url).value == [1, 4, 384]


def test_diffusers_downloads_a_pipeline_with_its_parts(
    torch_tools: Path, hub: RunningHub, shelf: Shelf, held: Held, origin: Origin, homes: Iterator[Path]
) -> None:
    repo, home = held(shelf.pictures), next(homes)
    with unasked(origin):
        _, steps = python(torch_tools, PIPELINE, home, HF_ENDPOINT=hub.url).value
    assert steps == 10
    arrived = cached(home, repo.id)
    assert arrived == {path: repo.digests[path] for path in arrived}
    assert {"model_index.json", "unet/diffusion_pytorch_model.safetensors"} <= set(arrived)
