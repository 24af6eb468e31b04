"""A hub on a bucket: clients of ModelScope are sent to the store as those of Hugging Face are."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dialects.modelscope.conftest import NEW
from tests.dialects.served import BIG, Served, served
from tests.fakes.sources import Synthetic
from tests.services.moto import MotoServer

pytestmark = pytest.mark.service

URL = "/api/v1/models/acme/served/repo?Revision=master&FilePath="
DATA = Synthetic(BIG, 3)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("bucket")
    with MotoServer() as moto:
        store = moto.store_url(moto.new_bucket())
        with served(folder, HUB_STORE_URL=store, HUB_ANONYMOUS_PULL="true", **moto.environment) as running:
            yield running


def test_a_large_file_is_a_redirect_that_leads_to_its_bytes(hub: Served) -> None:
    connection = hub.connect()
    connection.request("GET", f"{URL}big.bin", headers={"User-Agent": NEW, "Content-Type": "application/json"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (302, b"")
    assert answer.getheader("X-Linked-ETag") == f'"{DATA.sha256}"'
    location = answer.getheader("Location", "")
    headers = {"Range": "bytes=5-104", "Content-Type": "application/json", "User-Agent": NEW}
    with urllib.request.urlopen(urllib.request.Request(location, headers=headers)) as part:
        assert (part.status, part.read()) == (206, DATA.read(5, 100))


def test_head_and_small_files_are_answered_by_the_hub(hub: Served) -> None:
    connection = hub.connect()
    for method, name, length in (("HEAD", "big.bin", BIG), ("GET", "small.txt", 6)):
        connection.request(method, f"{URL}{name}", headers={"User-Agent": NEW})
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.getheader("Content-Length")) == (200, str(length))
