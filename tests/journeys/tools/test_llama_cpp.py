"""What llama.cpp asks for with `-hf owner/name:QUANT`, replayed from its sources (common/hf-cache.cpp)."""

from __future__ import annotations

import hashlib
import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests.journeys.origin import Origin
from tests.journeys.running import RunningHub

from .conftest import Held
from .shelf import Shelf
from .told import unasked

AGENT = {"User-Agent": "llama-cpp/b1-0000000"}


@dataclass(frozen=True)
class Got:
    status: int
    headers: Any
    body: bytes


def ask(url: str, method: str = "GET", **headers: str) -> Got:
    request = urllib.request.Request(url, method=method, headers=AGENT | headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return Got(answer.status, answer.headers, answer.read())


def test_the_branch_the_tree_and_the_file_are_as_it_wants_them(
    hub: RunningHub, shelf: Shelf, held: Held, origin: Origin
) -> None:
    repo = held(shelf.quantized)
    with unasked(origin):
        refs = json.loads(ask(f"{hub.url}/api/models/{repo.id}/refs", Accept="application/json").body)
        (commit,) = [one["targetCommit"] for one in refs["branches"] if one["name"] == "main"]
        tree = json.loads(ask(f"{hub.url}/api/models/{repo.id}/tree/{commit}?recursive=true").body)
        (file,) = [one for one in tree if "Q4_K_M" in one["path"]]
        address = f"{hub.url}/{repo.id}/resolve/{commit}/{file['path']}"
        head, whole = ask(address, "HEAD"), ask(address)
        rest = ask(address, Range="bytes=1000-")
    assert head.headers["ETag"].strip('"') == file["lfs"]["oid"] == repo.digests[file["path"]]
    assert int(head.headers["Content-Length"]) == file["size"]
    assert head.headers["Accept-Ranges"] == "bytes"
    assert whole.status == 200
    assert hashlib.sha256(whole.body).hexdigest() == file["lfs"]["oid"]
    assert (rest.status, rest.body) == (206, whole.body[1000:])


def test_a_token_of_the_hub_has_the_form_that_it_sends(token: str) -> None:
    """It drops whatever is shorter than 37 characters, or not letters and digits after `hf_`."""
    assert token.startswith("hf_")
    assert token.removeprefix("hf_").isalnum()
    assert 37 <= len(token) <= 256
