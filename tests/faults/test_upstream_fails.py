"""The upstream misbehaves in front of Celery workers that write into S3. tests/journeys has the same, embedded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.stage import LARGE, MIB, SMALL, Stage
from tests.journeys.processes import until
from tests.services.proxy import FaultyProxy
from tests.services.redis import RedisServer

InS3 = Callable[..., Stage]
A_SMALL = r"small/7\.txt"
TROUBLES: dict[str, list[dict[str, Any]]] = {
    "is a storm of 429": [
        {"kind": "status", "status": 429, "retry_after": 1, "path": "/api/models", "times": 2},
        {"kind": "status", "status": 429, "retry_after": 1, "path": "/resolve/", "times": 6},
        {"kind": "status", "status": 429, "retry_after": 1, "origin": "cdn", "times": 4},
    ],
    "is unavailable": [
        {"kind": "status", "status": 503, "path": "/api/models", "times": 2},
        {"kind": "status", "status": 500, "path": A_SMALL, "times": 2},
        {"kind": "status", "status": 502, "origin": "cdn", "times": 3},
    ],
    "resets": [
        {"kind": "reset", "path": "/tree/"},
        {"kind": "reset", "path": A_SMALL, "after": 100},
        {"kind": "reset", "origin": "cdn", "after": 3 * MIB, "times": 3},
    ],
    "stalls": [
        {"kind": "stall", "path": A_SMALL, "after": 100, "seconds": 2},
        {"kind": "stall", "origin": "cdn", "after": MIB, "seconds": 2},
    ],
    "ends too early": [
        {"kind": "truncate", "path": "/tree/"},
        {"kind": "truncate", "path": A_SMALL, "times": 2},
        {"kind": "truncate", "origin": "cdn", "after": 2 * MIB, "times": 3},
    ],
    "sends wrong bytes of the right length": [
        {"kind": "corrupt", "path": A_SMALL},
        {"kind": "corrupt", "origin": "cdn"},
    ],
    "ignores ranges": [{"kind": "ignore-range", "origin": "cdn", "times": None}],
    "is a login page": [
        {"kind": "login-page", "path": "/api/models"},
        {"kind": "login-page", "path": A_SMALL},
        {"kind": "login-page", "origin": "cdn", "times": 2},
    ],
    "has signed for too short a time": [
        {"kind": "truncate", "origin": "cdn", "after": MIB},
        {"kind": "expired", "origin": "cdn", "times": 3},
    ],
}


@pytest.fixture
def production(in_s3: InS3, redis: RedisServer) -> Stage:
    return in_s3(BROKER_URL=redis.url)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_byte_is_right_although_the_upstream(production: Stage, trouble: str) -> None:
    for fault in TROUBLES[trouble]:
        production.upstream.faults.add(**fault)
    production.celery()
    production.ask()
    production.sweep_until_published()
    met = {entry.fault for entry in production.upstream.requests}
    assert met >= {fault["kind"] for fault in TROUBLES[trouble]}
    production.check()


def test_a_plan_keeps_its_commit_although_the_upstream_moves_on(stage: Stage) -> None:
    """The look has pinned a commit; what comes after it is another revision."""
    pinned = stage.repo.head
    stage.ask()
    assert stage.work(point="before the plan is written").wait() == -9
    stage.repo.commit({"small/0.txt": "changed meanwhile\n", LARGE: b"something else"})
    stage.work()
    stage.until_published()
    assert stage.sql("select commit from catalog_revision") == [(pinned.oid,)]
    rows = stage.sql("select f.path, b.sha256 from catalog_repofile f join blobs_blob b on b.id = f.blob_id")
    assert dict(rows) == {path: file.source.sha256 for path, file in pinned.files.items()}


def test_a_repo_deleted_upstream_before_its_plan_fails_with_a_sentence(stage: Stage) -> None:
    stage.ask()
    assert stage.work(point="before the plan is written").wait() == -9
    stage.upstream.remove(stage.repo.id, "model")
    stage.work()
    until("the request has failed", lambda: stage.request() == "failed")
    ((code, words),) = stage.sql("select error_code, error from mirroring_request")
    assert code == "RepoMissing"
    assert stage.repo.id in words
    assert stage.sql("select count(*) from catalog_revision where published_at is not null") == [(0,)]


def test_a_repo_deleted_upstream_in_the_middle_of_its_bytes_publishes_nothing_in_halves(stage: Stage) -> None:
    stage.ask()
    assert stage.work(point="when a part is durable").wait() == -9
    stage.upstream.remove(stage.repo.id, "model")
    stage.work()
    until("the request has failed", lambda: stage.request() == "failed")
    assert stage.sql("select count(*) from catalog_revision where published_at is not null") == [(0,)]
    # It was a mistake up there: whoever asks again goes on from what is durable.
    stage.upstream.add(stage.repo)
    stage.sql("update mirroring_request set not_before = null")
    stage.ask()
    stage.until_published()
    stage.check()
    assert stage.fetches()[0] == 1


def test_a_dead_line_to_the_upstream_is_given_up_and_taken_up_again(stage: Stage) -> None:
    with FaultyProxy(stage.upstream.url) as line:
        stage.lead_to(line.url)
        stage.ask()
        line.trouble("reset", "/resolve/", back=True, times=len(SMALL) // 2)
        line.trouble("answer", "/resolve/", times=2, body=b"busy")
        stage.work()
        stage.until_published()
    stage.check()
