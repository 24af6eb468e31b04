"""The Rust crate hf-hub 0.4, which TEI, TGI, candle and EmbedAnything download with: here it is in EmbedAnything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import world
from tests.journeys.origin import Origin
from tests.journeys.running import RunningHub

from .told import Told, cached, python, unasked

EMBED = f"""
    import embed_anything, json, os
    model = embed_anything.EmbeddingModel.from_pretrained_hf({world.MINILM!r}, token=os.environ.get("HF_TOKEN"))
    vector = embed_anything.embed_query(["hello world"], embedder=model)[0].embedding
    print(json.dumps([len(vector), *vector[:2]]))
"""
HELLO_WORLD = (-0.034477, 0.031023)
"""The first numbers of the embedding; sentence-transformers on torch gives the same."""
LOADED = ("config.json", "tokenizer.json", "model.safetensors")


def embed(tools: Path, home: Path, url: str, **environment: str) -> Told:
    return python(tools, EMBED, home, HF_HOME=str(home / "cache"), HF_ENDPOINT=url, **environment)


def test_a_model_is_fetched_through_the_hub_and_embeds(
    tools: Path, hub: RunningHub, origin: Origin, minilm_files: Path, homes: Iterator[Path]
) -> None:
    home = next(homes)
    size, *numbers = embed(tools, home, hub.url).value
    assert size == 384
    assert numbers == pytest.approx(HELLO_WORLD, abs=1e-4)
    arrived = cached(home, world.MINILM)
    assert set(arrived) == set(LOADED)
    assert arrived["model.safetensors"] == world.MINILM_SHA256
    with unasked(origin):
        again = embed(tools, next(homes), hub.url)
    assert again.value[0] == 384


def test_the_token_is_the_programs_to_give(
    tools: Path, closed_hub: RunningHub, token: str, homes: Iterator[Path]
) -> None:
    """The crate reads no HF_TOKEN: a program passes it on, or the crate finds it in $HF_HOME/token."""
    refused = embed(tools, next(homes), closed_hub.url)
    assert refused.code != 0
    assert embed(tools, next(homes), closed_hub.url, HF_TOKEN=token).value[0] == 384
    home = next(homes)
    (home / "cache").mkdir(parents=True)
    (home / "cache" / "token").write_text(token)
    assert embed(tools, home, closed_hub.url).value[0] == 384
