"""The newcomer's way by REST alone, as a script goes it with nothing but Python's own library: search, dry run,
request, events, manifest, files."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeHub
from tests.fakes.modelscope import FakeModelScope

from . import discovery_shelf
from .discovery_shelf import BY_REST, LIBRARY, LICENCE
from .processes import PATIENCE, until
from .running import RunningHub


class Script:
    """`token` is whose name it speaks in."""

    def __init__(self, hub: RunningHub, token: str) -> None:
        self.hub, self.token = hub, token

    def ask(self, path: str, body: Any = None, **headers: str) -> urllib.request.Request:
        url = path if path.startswith("http") else f"{self.hub.url}/-/api/v1/{path}"
        data = None if body is None else json.dumps(body).encode()
        kinds = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return urllib.request.Request(url, data, kinds | headers)

    def bytes(self, path: str) -> bytes:
        with urllib.request.urlopen(self.ask(path), timeout=PATIENCE) as answer:
            return bytes(answer.read())

    def get(self, path: str, **fields: Any) -> Any:
        return json.loads(self.bytes(f"{path}?{urllib.parse.urlencode(fields, doseq=True)}"))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        with urllib.request.urlopen(self.ask(path, body, **headers), timeout=PATIENCE) as answer:
            return json.load(answer)

    def events(self, path: str) -> Iterator[dict[str, Any]]:
        """The data of each event, until the hub ends the stream."""
        with urllib.request.urlopen(self.ask(path, Accept="text/event-stream"), timeout=PATIENCE) as answer:
            for line in answer:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with (
        FakeHub(discovery_shelf.small_of_huggingface()) as huggingface,
        FakeModelScope(discovery_shelf.of_modelscope()) as modelscope,
    ):
        settings = {"MODELSCOPE_URL": modelscope.url, "INDEX_AUTHORS": discovery_shelf.AUTHORS}
        started = RunningHub(tmp_path / "hub", huggingface.url, ANONYMOUS_PULL="off", **settings)
        try:
            started.start()
            yield started
        finally:
            started.end()


def token_of(hub: RunningHub, name: str) -> str:
    done = hub.manage("token", name, *([] if name == "admin" else ["--create"]))
    assert done.returncode == 0, done.stdout
    return done.stdout.split()[-1]


def test_a_script_searches_tries_asks_follows_and_verifies_what_it_downloads(hub: RunningHub) -> None:
    script, admin = Script(hub, token_of(hub, "rita")), Script(hub, token_of(hub, "admin"))
    found = what_is_found(script)
    assert [one["repo_id"] for one in found["results"]] == [BY_REST]
    assert not found["results"][0]["held"]
    wish = {"upstream": "huggingface", "repo_id": BY_REST}
    dry = script.post("requests/dry-run/", wish)
    assert (dry["outcome"], dry["licence"]) == ("asks", LICENCE)
    assert dry["shares"]["to_fetch"] == dry["bytes"] > 0
    asked = script.post("requests/", wish, **{"Idempotency-Key": "the-first-try"})
    again = script.post("requests/", wish, **{"Idempotency-Key": "the-first-try"})
    assert asked["id"] == again["id"]
    number = asked["id"]
    until("it waits for an admin", lambda: script.get(f"requests/{number}/")["state"] == "waiting")
    refused_to_decide(script, number, dry["commit"])
    admin.post(f"requests/{number}/decision/", {"decision": "approve", "commit": dry["commit"], "reason": "for a test"})
    assert followed(script, number) == "published"
    assert verified(script, number, dry["commit"]) > 3
    assert what_is_found(script)["results"][0]["held"]


def what_is_found(script: Script) -> Any:
    """By its words, a licence and a library; the index may still be on its way in."""
    fields = {"q": "chinese embedding", "licence": LICENCE, "library": LIBRARY, "facets": "true"}
    until("it is indexed", lambda: script.get("index/", **fields)["total"])
    found = script.get("index/", **fields)
    counted = {one["name"]: {value["value"]: value["count"] for value in one["values"]} for one in found["facets"]}
    assert counted["licence"][LICENCE] == 1
    return found


def refused_to_decide(script: Script, number: int, commit: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        script.post(f"requests/{number}/decision/", {"decision": "approve", "commit": commit})
    problem = json.load(refusal.value)
    assert refusal.value.code == problem["status"] == 403
    assert refusal.value.headers["Content-Type"] == "application/problem+json"


def followed(script: Script, number: int) -> str:
    """The state in which it ends, as the events tell; a stream that ends before is opened again."""
    states: list[str] = []

    def has_ended() -> bool:
        states.extend(told["state"] for told in script.events(f"requests/{number}/events"))
        return script.get(f"requests/{number}/")["standing"]["ended"] is True

    until("it has ended", has_ended)
    return states[-1]


def verified(script: Script, number: int, commit: str) -> int:
    """How many files were downloaded, and were what the manifest says, the upstream's own digests."""
    repo = script.get(f"requests/{number}/")["repo"]
    manifest = script.get(f"repos/{repo}/revisions/{commit}/manifest/")
    assert manifest["complete"]
    upstream = discovery_shelf.by_rest().head
    assert {file["path"]: file["sha256"] for file in manifest["files"]} == {
        path: file.source.sha256 for path, file in upstream.files.items()
    }
    for file in manifest["files"]:
        content = script.bytes(f"{script.hub.url}/{BY_REST}/resolve/{commit}/{urllib.parse.quote(file['path'])}")
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["size"], file["sha256"])
    return len(manifest["files"])
