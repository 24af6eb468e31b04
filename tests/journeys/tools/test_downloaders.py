"""curl, wget and aria2 with the addresses of the guide, and `sha256sum -c` of what the hub says the files are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from tests.journeys.clients import digests_below, made_folder
from tests.journeys.origin import Origin
from tests.journeys.running import RunningHub
from tests.services.needed import program_or_skip

from .conftest import Held
from .shelf import Shelf
from .told import Told, run, unasked

FILE = "tiny-Q8_0.gguf"
CHECK = """
    curl -sSf "$HUB/api/v1/models/$REPO/repo/files?Revision=master&Recursive=True" > listing.json
    python3 - > SHA256SUMS <<'END'
    import json
    for one in json.load(open("listing.json"))["Data"]["Files"]:
        if one["Type"] == "blob":
            print(one["Sha256"], one["Path"], sep="  ")
    END
    sha256sum -c SHA256SUMS
"""
"""As the guide has it, where jq writes the list."""

ALL = """
    curl -sSf "$HUB/api/models/$REPO" > repo.json
    python3 - > addresses.txt <<'END'
    import json, os
    for one in json.load(open("repo.json"))["siblings"]:
        print(f"{os.environ['HUB']}/{os.environ['REPO']}/resolve/main/{one['rfilename']}\\n  out={one['rfilename']}")
    END
    aria2c -q -c -x 4 -s 4 -k 1M -j 2 -i addresses.txt
"""
"""What hfd.sh does: the list of a repo's files, and aria2 with several connections for each."""


def bash(script: str, home: Path, url: str, repo: str) -> Told:
    return run(["bash", "-euo", "pipefail", "-c", dedent(script)], home, HUB=url, REPO=repo)


@pytest.mark.parametrize("program", ["curl", "wget", "aria2c"])
def test_a_download_goes_on_where_it_stopped_and_the_upstream_is_not_asked(
    program: str, hub: RunningHub, shelf: Shelf, held: Held, origin: Origin, tmp_path: Path
) -> None:
    repo = held(shelf.quantized)
    whole = (repo.folder / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:1_000_000])
    options: dict[str, Sequence[str]] = {
        "curl": ["-sSfL", "-C", "-", "-o", FILE],
        "wget": ["-q", "-c", "-O", FILE],
        "aria2c": ["-q", "-c", "-x", "4", "-o", FILE],
    }
    path = program_or_skip(program, "aria2" if program == "aria2c" else program)
    with unasked(origin):
        told = run([path, *options[program], f"{hub.url}/{repo.id}/resolve/main/{FILE}"], tmp_path)
    assert told.code == 0, told.words
    assert (tmp_path / FILE).read_bytes() == whole


def test_everything_comes_by_aria2_and_every_digest_is_right(
    hub: RunningHub, shelf: Shelf, held: Held, origin: Origin, tmp_path: Path
) -> None:
    program_or_skip("aria2c", "aria2")
    repo = held(shelf.quantized)
    with unasked(origin):
        told = bash(ALL + CHECK, tmp_path, hub.url, repo.id)
    assert told.code == 0, told.words
    arrived = digests_below(tmp_path)
    assert {path: arrived[path] for path in repo.digests} == repo.digests
    assert "tiny-Q8_0.gguf: OK" in told.words


def test_a_file_that_was_damaged_on_disk_is_found(hub: RunningHub, shelf: Shelf, held: Held, tmp_path: Path) -> None:
    repo = held(shelf.quantized)
    for path in repo.digests:
        (tmp_path / path).write_bytes((repo.folder / path).read_bytes())
    with open(tmp_path / FILE, "r+b") as file:
        file.seek(2_000_000)
        file.write(b"damage")
    told = bash(CHECK, tmp_path, hub.url, repo.id)
    assert told.code != 0
    assert f"{FILE}: FAILED" in told.words
    assert "tiny-Q4_K_M.gguf: OK" in told.words


def test_the_compact_list_can_be_read_without_a_parser(
    hub: RunningHub, shelf: Shelf, held: Held, tmp_path: Path
) -> None:
    """hfd.sh greps where there is no jq."""
    repo = held(shelf.quantized)
    told = bash(r"""curl -sSf "$HUB/api/models/$REPO" | grep -o '"rfilename":"[^"]*"'""", tmp_path, hub.url, repo.id)
    names = {json.loads("{" + line + "}")["rfilename"] for line in told.out.splitlines()}
    assert names == set(repo.digests)


@pytest.mark.parametrize(
    ("program", "option"),
    [("curl", "-fsSL -o {file} -H"), ("wget", "-q -O {file} --header"), ("aria2c", "-q -o {file} --header")],
    ids=["curl", "wget", "aria2c"],
)
def test_a_closed_hub_takes_the_token_as_a_header(
    program: str,
    option: str,
    closed_hub: RunningHub,
    token: str,
    shelf: Shelf,
    held: Held,
    homes: Iterator[Path],
) -> None:
    repo, home = held(shelf.quantized, closed_hub), made_folder(next(homes))
    path = program_or_skip(program, "aria2" if program == "aria2c" else program)
    address = f"{closed_hub.url}/{repo.id}/resolve/main/{FILE}"
    options = option.format(file=FILE).split()
    assert run([path, *options, f"Authorization: Bearer {'hf_' + 'x' * 34}", address], home).code != 0
    told = run([path, *options, f"Authorization: Bearer {token}", address], home)
    assert told.code == 0, told.words
    assert digests_below(home)[FILE] == repo.digests[FILE]
