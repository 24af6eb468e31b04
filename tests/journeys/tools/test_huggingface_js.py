"""@huggingface/hub, the library for Node.js and browsers, which takes the hub's address as `hubUrl`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.needed import installed_or_skip
from tests.journeys.clients import digests_below
from tests.journeys.origin import Origin
from tests.journeys.running import RunningHub
from tests.services.needed import program_or_skip

from .conftest import Held
from .shelf import Shelf
from .told import Told, run, unasked

PREFACE = """
import * as hub from "%(modules)s/node_modules/@huggingface/hub/dist/index.mjs";
import { createHash } from "node:crypto";
const hubUrl = process.env.HUB, accessToken = process.env.HF_TOKEN, repo = "tools/tiny-GGUF";
const sha256 = async (blob) => createHash("sha256").update(Buffer.from(await blob.arrayBuffer())).digest("hex");
const told = (value) => console.log(JSON.stringify(value));
"""


@pytest.fixture(scope="session")
def modules() -> Path:
    return installed_or_skip("huggingface-js")


def node(modules: Path, script: str, home: Path, url: str, **environment: str) -> Told:
    program = program_or_skip("node", "nodejs")
    text = PREFACE % {"modules": modules} + script
    return run([program, "--input-type=module", "-e", text], home, HUB=url, **environment)


def test_files_and_snapshots_come_whole_and_from_the_hub(
    modules: Path, hub: RunningHub, shelf: Shelf, held: Held, origin: Origin, homes: Iterator[Path]
) -> None:
    repo = held(shelf.quantized)
    home = next(homes)
    script = """
        const files = [];
        for await (const one of hub.listFiles({ repo, hubUrl, recursive: true })) files.push(one.path);
        const digest = await sha256(await hub.downloadFile({ repo, path: "tiny-Q8_0.gguf", hubUrl }));
        const folder = await hub.snapshotDownload({ repo, hubUrl, cacheDir: "cache" });
        told([files.sort(), digest, folder]);
    """
    with unasked(origin):
        files, digest, folder = node(modules, script, home, hub.url).value
    assert files == sorted(repo.digests)
    assert digest == repo.digests["tiny-Q8_0.gguf"]
    assert digests_below(home / folder) == repo.digests


def test_what_is_there_is_listed_and_what_is_not_is_told(
    modules: Path, hub: RunningHub, shelf: Shelf, held: Held, homes: Iterator[Path]
) -> None:
    held(shelf.quantized)
    script = """
        const found = [];
        for await (const one of hub.listModels({ search: { query: "tiny" }, hubUrl })) found.push(one.name);
        const there = (path) => hub.fileExists({ repo, path, hubUrl });
        const info = await hub.modelInfo({ name: repo, hubUrl });
        told([found, info.name, await there("tiny-Q8_0.gguf"), await there("nothing.gguf")]);
    """
    assert node(modules, script, next(homes), hub.url).value == [["tools/tiny-GGUF"], "tools/tiny-GGUF", True, False]


def test_a_token_is_given_with_the_call(
    modules: Path, closed_hub: RunningHub, token: str, shelf: Shelf, held: Held, homes: Iterator[Path]
) -> None:
    repo = held(shelf.quantized, closed_hub)
    script = "told(await sha256(await hub.downloadFile({ repo, path: 'tiny-Q4_K_M.gguf', hubUrl, accessToken })));"
    told = node(modules, script, next(homes), closed_hub.url, HF_TOKEN=token)
    assert told.value == repo.digests["tiny-Q4_K_M.gguf"]
    refused = node(modules, script, next(homes), closed_hub.url)
    assert refused.code != 0
    assert json.dumps("asks who is there")[1:-1] in refused.words
