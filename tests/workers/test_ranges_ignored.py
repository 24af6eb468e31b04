"""An upstream, or a proxy before it, that sends the whole file whatever part is asked for."""

import hashlib

import pytest

from hub.blobs.models import Blob
from hub.blobs.stores import store
from hub.digests import Digest
from hub.mirroring.models import Transfer
from tests.fakes import FakeHub
from tests.workers.conftest import LARGE, LARGE_SIZE, MIB, PART, Planned
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.meter import Meter
from workers.engine.source import Source
from workers.engine.whole import WholeFetch


@pytest.fixture
def large(planned: Planned, out_there: FakeHub) -> Transfer:
    planned((LARGE,))
    out_there.faults.add("ignore-range", origin="cdn", times=None)
    return Transfer.objects.get()


def assert_arrived(large: Transfer) -> None:
    large.refresh_from_db()
    assert large.state == "done"
    blob = Blob.objects.get()
    assert (f"sha256:{blob.sha256}", blob.size) == (large.digest, LARGE_SIZE)


@pytest.mark.usefixtures("impatient")
def test_a_large_file_comes_in_one_piece(large: Transfer, out_there: FakeHub) -> None:
    assert run_large(Halt())
    assert_arrived(large)


@pytest.mark.usefixtures("impatient")
def test_a_piece_that_breaks_is_read_from_its_start_and_written_from_where_it_broke(
    planned: Planned, out_there: FakeHub
) -> None:
    planned((LARGE,))
    transfer = Transfer.objects.get()
    for after in (PART + MIB, 2 * PART + 3):
        out_there.faults.add("truncate", origin="cdn", after=after)
    upload, digest = store().upload(transfer.digest, LARGE_SIZE), Digest.parse(transfer.digest)
    hasher = WholeFetch(Source.of(transfer, Halt()), upload, digest, Meter(), Halt()).run()
    assert out_there.faults.as_json() == []
    assert upload.sealed() == {0, 1, 2, 3}
    hasher.verify()
    upload.finish(digest.hex)
    with store().open(digest.hex) as file:
        assert hashlib.sha256(file.read()).hexdigest() == digest.hex
