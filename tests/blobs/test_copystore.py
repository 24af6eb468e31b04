"""`manage.py copystore`: from a directory into a bucket and back, in as many runs as it takes."""

import random
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hub.blobs.copystore import Outcome, copy_blobs
from hub.blobs.models import Blob
from hub.blobs.store import Store
from hub.blobs.stores import store_at
from tests.contracts.stores import sha256
from tests.services.s3 import S3Account

LARGE = random.Random(3).randbytes(20 * 1024 * 1024 + 77)
BLOBS = {sha256(data): data for data in (b"", b"one", b"two" * 5000, LARGE)}
pytestmark = pytest.mark.django_db


@dataclass
class Move:
    source: Store
    target: Store
    addresses: tuple[str, str]

    def run(self, *options: str) -> str:
        said = StringIO()
        call_command("copystore", *self.addresses, *options, stdout=said, stderr=said)
        return said.getvalue()


@pytest.fixture(params=["into a bucket", "out of a bucket"])
def move(
    request: pytest.FixtureRequest, moto_server: S3Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Move:
    for name, value in moto_server.environment.items():
        monkeypatch.setenv(name, value)
    addresses = (f"file://{tmp_path / 'blobs'}", moto_server.store_url(moto_server.new_bucket()))
    if request.param == "out of a bucket":
        addresses = addresses[::-1]
    source, target = map(store_at, addresses)
    source.put(BLOBS)
    Blob.objects.bulk_create([Blob(sha256=digest, size=len(data)) for digest, data in BLOBS.items()])
    return Move(source, target, addresses)


def held(store: Store) -> dict[str, bytes]:
    return {found.sha256: store.open(found.sha256).read() for found in store.walk()}


def test_everything_that_has_a_row_is_copied_and_nothing_is_removed(move: Move) -> None:
    move.source.put({sha256(b"an orphan"): b"an orphan"})
    assert "4 copied" in move.run()
    assert held(move.target) == BLOBS
    assert set(held(move.source)) == {*BLOBS, sha256(b"an orphan")}


def test_a_second_run_passes_by_what_is_there(move: Move) -> None:
    move.run()
    said = move.run()
    assert "0 copied" in said
    assert "4 there already" in said


def test_wrong_bytes_in_the_new_store_are_found_by_verify_and_replaced(move: Move) -> None:
    move.run()
    move.target.put({sha256(b"one"): b"eno"})
    assert "0 copied" in move.run()
    assert "1 copied" in move.run("--verify")
    assert held(move.target) == BLOBS


def test_wrong_and_missing_bytes_in_the_old_store_are_told_and_not_copied(move: Move) -> None:
    move.source.put({sha256(LARGE): LARGE[:-1] + b"?", sha256(b"one"): b"eno"})
    move.source.delete(sha256(b"two" * 5000))
    said = StringIO()
    with pytest.raises(CommandError, match="missing or wrong"):
        call_command("copystore", *move.addresses, stdout=said, stderr=said)
    assert "1 missing" in said.getvalue()
    assert "2 wrong" in said.getvalue()
    assert held(move.target) == {sha256(b""): b""}


def seal_first_part(store: Store, data: bytes) -> None:
    upload = store.upload(f"sha256:{sha256(LARGE)}", len(LARGE))
    upload.write(0, data[: upload.part_size])
    upload.seal(0)
    upload.close()


def test_a_large_blob_goes_on_from_the_parts_of_an_earlier_run(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    seal_first_part(move.target, LARGE)
    written: list[int] = []
    kind: Any = type(move.target.upload("sha256:" + "0" * 64, 1))
    real = kind.write

    def noted(upload: Any, offset: int, data: bytes) -> None:
        written.append(offset)
        real(upload, offset, data)

    monkeypatch.setattr(kind, "write", noted)
    move.run()
    assert written
    assert min(written) > 0
    assert held(move.target) == BLOBS


def test_a_part_of_an_earlier_run_that_is_wrong_is_noticed(move: Move) -> None:
    seal_first_part(move.target, bytes(len(LARGE)))
    with pytest.raises(CommandError, match="missing or wrong"):
        move.run()
    assert move.target.size(sha256(LARGE)) is None
    assert "1 copied" in move.run()
    assert held(move.target) == BLOBS


def test_a_blob_whose_row_went_meanwhile_is_not_missed(move: Move) -> None:
    last = sha256(b"one")
    Blob.objects.filter(sha256=last).delete()
    Blob.objects.create(sha256=last, size=3)
    move.source.delete(last)
    going = copy_blobs(move.source, move.target, verify=False, jobs=1)
    first = next(going)
    Blob.objects.filter(sha256=last).delete()
    told = {one.sha256: one.outcome for one in (first, *going)}
    assert told[last] is not Outcome.MISSING
    assert set(told) == set(BLOBS)


def test_a_store_is_not_copied_into_itself(move: Move) -> None:
    with pytest.raises(CommandError, match="same store"):
        call_command("copystore", move.addresses[0], move.addresses[0])
