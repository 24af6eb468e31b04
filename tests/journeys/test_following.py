"""A model is followed: what changes upstream arrives by itself, as a whole, and costs only what has changed."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.fakes import FakeRepo

from .clients import Client, digests_of
from .origin import Origin
from .processes import until
from .running import RunningHub
from .shelf import FOLLOWED, made

CHANGED = "group-0/part-00001.txt"
LINES = "another text\n" * 1000


def state_of(hub: RunningHub) -> tuple[str, str]:
    """(state, commit) of the only request for the followed model."""
    with urllib.request.urlopen(f"{hub.url}/-/api/v1/requests/", timeout=30) as answer:
        rows = [row for row in json.load(answer)["results"] if row["repo_id"] == FOLLOWED]
    return rows[0]["state"], rows[0]["commit"]


def files_fetched(origin: Origin) -> set[str]:
    """Paths of which bytes were asked for upstream, by their addresses on either host."""
    asked = [entry.path for entry in origin.log(FOLLOWED) if entry.method == "GET"]
    return {path for path in asked if "/resolve" in path or "/api/" not in path}


def test_an_update_arrives_by_itself_and_readers_see_the_old_revision_whole_or_the_new(
    newest: Client, hub: RunningHub, origin: Origin, homes: Iterator[Path]
) -> None:
    mirrored = hub.manage("mirror", FOLLOWED, "--follow", "--every", "1m", "--wait")
    assert mirrored.returncode == 0, mirrored.stdout
    before: FakeRepo = made(FOLLOWED)
    _, old = state_of(hub)
    origin.forget_log()
    # The changed file hangs for a while, so that there is a time in which the new revision is half there.
    origin.fault("stall", FOLLOWED, CHANGED, seconds=15)
    new = origin.control("POST", "commit", {"repo": FOLLOWED, "files": {CHANGED: LINES}})["sha"]

    until("the update is being fetched", lambda: state_of(hub) == ("fetching", new))
    during = newest.download(hub.url, next(homes), FOLLOWED)
    assert during.code == 0, during.words
    assert during.files(FOLLOWED) == digests_of(before.head)
    assert state_of(hub)[0] == "fetching", "the reader was served while the update was half there"

    until("the update is published", lambda: state_of(hub) == ("published", new))
    after = newest.download(hub.url, next(homes), FOLLOWED)
    assert after.code == 0, after.words
    assert after.files(FOLLOWED) == digests_of(before.commit({CHANGED: LINES}))
    assert files_fetched(origin), "something was fetched"
    assert all(path.endswith(CHANGED) for path in files_fetched(origin)), files_fetched(origin)

    pinned = newest.download(hub.url, next(homes), FOLLOWED, "--revision", old)
    assert pinned.code == 0, pinned.words
    assert pinned.files(FOLLOWED) == digests_of(before.find_revision(old) or before.head)
    listed = hub.manage("follows").stdout
    assert new[:12] in listed
    assert "1 changed" in listed
