"""The object storage behind a bad line, gone, shut, or full."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.stage import PART, Stage
from tests.faults.test_late_worker import has_noticed, is_stopped
from tests.faults.worker import POINTS, UPLOAD
from tests.journeys.processes import until
from tests.services.ceph import CephGateway
from tests.services.proxy import FaultyProxy

InS3 = Callable[..., Stage]
PART_SENT = r"^PUT .*partNumber="
WHOLE_PART_SENT = r"^PUT .*partNumber=[123](?!\d)"
"""Not the fourth and last: it is shorter than where some troubles begin, and would draw one that it never meets."""
LINES: dict[str, dict[str, Any]] = {
    "answers 503 SlowDown": {"kind": "answer", "times": 4},
    "resets in the middle of a part": {"kind": "reset", "after": 1 << 20, "times": 3},
    "resets before its answer": {"kind": "reset", "back": True, "times": 3},
    "hangs up in the middle of a part": {"kind": "cut", "after": 1 << 20, "times": 3},
    "goes silent for a while": {"kind": "stall", "after": 1 << 20, "seconds": 2.0, "times": 2},
    "turns a bit over": {"kind": "flip", "after": 1 << 20, "times": 2},
}


def begun(stage: Stage) -> None:
    until("bytes arrive", lambda: any(entry.sent > PART // 16 for entry in stage.parts_asked_for()))


def troubled(stage: Stage) -> bool:
    """Some transfer has met with a store that fails."""
    return bool(stage.sql("select 1 from mirroring_transfer where error_code like 'Store%%'"))


@pytest.mark.parametrize("trouble", LINES)
def test_every_byte_is_right_although_the_store(in_s3: InS3, s3_line: FaultyProxy, trouble: str) -> None:
    stage = in_s3()
    planted = s3_line.trouble(match=WHOLE_PART_SENT, **LINES[trouble])
    stage.ask()
    stage.work()
    stage.until_published()
    assert planted.met == LINES[trouble]["times"]
    stage.check()


def test_a_slow_store_slows_and_nothing_else(in_s3: InS3, s3_line: FaultyProxy) -> None:
    stage = in_s3()
    s3_line.rate = 16 << 20
    stage.ask()
    stage.work()
    stage.until_published()
    stage.check()
    assert max(stage.fetches().values()) == 1


def test_a_gateway_killed_and_started_again_costs_no_durable_part(in_s3: InS3, ceph: CephGateway) -> None:
    stage = in_s3()
    stage.upstream.rate = 12 << 20
    stage.ask()
    worker = stage.work()
    begun(stage)
    ceph.restart()
    stage.until_published()
    stage.check()
    assert worker.is_alive()
    assert stage.fetches()[0] == 1


def test_a_bucket_that_is_gone_and_comes_back_empty_is_filled_anew(in_s3: InS3, ceph: CephGateway) -> None:
    stage = in_s3()
    stage.upstream.rate = 12 << 20
    stage.ask()
    stage.work()
    begun(stage)
    remove_bucket(ceph, stage.bucket)
    until("a transfer has met with it", lambda: troubled(stage))
    ceph.new_bucket(stage.bucket)
    stage.upstream.rate = 0
    # What had landed before went with the bucket: rows are the truth, and here they are wrong about it.
    stage.until_published()


def remove_bucket(ceph: CephGateway, bucket: str) -> None:
    """Again and again, because workers write into it."""
    client = ceph.client()

    def is_gone() -> bool:
        try:
            for upload in client.list_multipart_uploads(Bucket=bucket).get("Uploads", ()):
                client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
            for entry in client.list_objects_v2(Bucket=bucket).get("Contents", ()):
                client.delete_object(Bucket=bucket, Key=entry["Key"])
            client.delete_bucket(Bucket=bucket)
        except client.exceptions.ClientError:
            return False
        return True

    until("the bucket is gone", is_gone)


def test_keys_that_are_refused_are_waited_for(in_s3: InS3, ceph: CephGateway) -> None:
    stage = in_s3()
    stage.ask()
    ceph.suspend_account()
    try:
        worker = stage.work()
        until("a transfer has met with it", lambda: troubled(stage))
        words = stage.sql("select error from mirroring_transfer where error <> '' limit 1")[0][0]
        assert ceph.secret_key not in words + worker.text()
    finally:
        ceph.enable_account()
    stage.until_published()
    stage.check()


@pytest.mark.parametrize("point", [name for name, point in POINTS.items() if point.where == UPLOAD])
def test_a_worker_killed(in_s3: InS3, ceph: CephGateway, point: str) -> None:
    stage = in_s3()
    stage.ask()
    assert stage.work(point=point).wait() == -signal.SIGKILL
    durable = durable_starts(ceph, stage.bucket)
    before = stage.fetches()
    stage.work()
    stage.until_published()
    stage.check()
    again = {start for start in before if stage.fetches()[start] > 1}
    assert not again & durable
    assert durable or point != "when a part is durable"
    if list(POINTS).index(point) >= list(POINTS).index("when all has been verified"):
        assert not again, "every part was durable"


def durable_starts(ceph: CephGateway, bucket: str) -> set[int]:
    """First bytes of the parts that unfinished multipart uploads hold."""
    client = ceph.client()
    starts: set[int] = set()
    for upload in client.list_multipart_uploads(Bucket=bucket).get("Uploads", ()):
        found = client.list_parts(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]).get("Parts", ())
        size = max((part["Size"] for part in found), default=0)
        starts |= {(part["PartNumber"] - 1) * size for part in found}
    return starts


@pytest.mark.parametrize("point", ["in the middle of a part", "when all has been verified", "between bytes and row"])
def test_a_worker_that_wakes_up_after_its_lease(in_s3: InS3, point: str) -> None:
    stage = in_s3()
    stage.ask()
    late = stage.work(point=point, deed="SIGSTOP")
    until("it has stopped", lambda: is_stopped(late))
    stage.work()
    stage.until_published()
    stage.check()
    rows = stage.sql("select id, finished_at, lease_owner from mirroring_transfer order by id")
    late.process.send_signal(signal.SIGCONT)
    until("it has noticed", lambda: has_noticed(late, point))
    stage.check()
    assert stage.sql("select id, finished_at, lease_owner from mirroring_transfer order by id") == rows
    assert stage.sql("select count(*) from accounts_event where verb = 'revision.published'") == [(1,)]
