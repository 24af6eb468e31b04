"""A developer pulls what the hub has never seen, and later what it holds, with the upstream gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import world

from .clients import Client, Talk, digests_of
from .origin import Origin
from .running import RunningHub
from .shelf import first_of, made


def test_a_repo_that_the_hub_has_never_seen_ends_with_its_files(
    client: Client, hub: RunningHub, origin: Origin, homes: Iterator[Path]
) -> None:
    repo = first_of(client.version)
    pulled = client.download(hub.url, next(homes), repo)
    assert pulled.code == 0, pulled.words
    assert pulled.files(repo) == digests_of(made(repo).head)


def test_a_repo_that_is_held_needs_no_upstream(
    client: Client, hub: RunningHub, origin: Origin, homes: Iterator[Path]
) -> None:
    repo = first_of(client.version)
    hub.bring(repo)
    origin.forget_log()
    pulled = client.download(hub.url, next(homes), repo)
    assert pulled.code == 0, pulled.words
    assert origin.log() == []
    origin.unplug()
    try:
        again = client.download(hub.url, next(homes), repo)
    finally:
        origin.replug()
    assert again.code == 0, again.words
    assert again.files(repo) == digests_of(made(repo).head)


@pytest.fixture(scope="module")
def loader(
    newest: Client, hub: RunningHub, minilm_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Talk]:
    """A process with transformers and safetensors, which has pulled the real model by the command line."""
    home = tmp_path_factory.mktemp("minilm")
    pulled = newest.download(hub.url, home, world.MINILM)
    assert pulled.code == 0, pulled.words
    assert pulled.files(world.MINILM)["model.safetensors"] == world.MINILM_SHA256
    talk = newest.talk(hub.url, home)
    yield talk
    talk.end()


def test_the_real_model_arrives_whole_and_loads(loader: Talk) -> None:
    path = loader.value(f"hub.hf_hub_download({world.MINILM!r}, 'model.safetensors')")
    assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == world.MINILM_SHA256
    shapes = loader.value(
        "{name: list(tensor.shape) for name, tensor in"
        f" import_module('safetensors.numpy').load_file({path!r}).items()}}"
    )
    assert shapes["embeddings.word_embeddings.weight"] == [30522, 384]


def test_a_tokenizer_loads_through_the_hub_by_the_models_name(
    newest: Client, loader: Talk, hub: RunningHub, homes: Iterator[Path]
) -> None:
    elsewhere = newest.talk(hub.url, next(homes))
    tokenizer = f"import_module('transformers').AutoTokenizer.from_pretrained({world.MINILM!r})"
    try:
        tokens = elsewhere.value(f"{tokenizer}('A model comes in and goes out.')['input_ids']")
    finally:
        elsewhere.end()
    assert tokens == [101, 1037, 2944, 3310, 1999, 1998, 3632, 2041, 1012, 102]
