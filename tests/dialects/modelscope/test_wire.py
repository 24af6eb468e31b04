"""The same dialect through gunicorn, where the status line and the raw address are what a client really meets."""

import http.client
import json
from collections.abc import Iterator

import pytest

from tests.dialects.modelscope.conftest import NEW, OLD
from tests.dialects.served import BIG, Served, served
from tests.fakes.sources import Synthetic

MODEL = "/api/v1/models/acme/served"
BIG_FILE = f"{MODEL}/repo?Revision=master&FilePath=big.bin"
DATA = Synthetic(BIG, 3)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("modelscope"), HUB_ANONYMOUS_PULL="true") as running:
        yield running


def ask(hub: Served, target: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = hub.connect()
    connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_an_old_client_reads_the_sentence_in_the_status_line(hub: Served) -> None:
    target = f"{MODEL}/repo?Revision=master&FilePath=nothing"
    answer, body = ask(hub, target, User_Agent=OLD)
    assert (answer.status, answer.reason) == (404, json.loads(body)["Message"])
    assert ask(hub, target, User_Agent=NEW)[0].reason == "Not Found"


def test_an_endpoint_with_a_slash_at_its_end_works(hub: Served) -> None:
    answer, body = ask(hub, f"/{MODEL}/repo/files?Revision=master")
    assert (answer.status, json.loads(body)["Code"]) == (200, 200)


@pytest.mark.parametrize(
    ("header", "start", "length"), [("bytes=0-", 0, BIG), (f"bytes=100-{BIG - 1}", 100, BIG - 100), ("", 0, BIG)]
)
def test_large_files_come_whole_and_in_parts(hub: Served, header: str, start: int, length: int) -> None:
    answer, body = ask(hub, BIG_FILE, User_Agent=NEW, **({"Range": header} if header else {}))
    assert (answer.status, len(body)) == (206 if header else 200, length)
    assert body == DATA.read(start, length)
    assert answer.getheader("X-Linked-ETag") == f'"{DATA.sha256}"'
    assert answer.getheader("Content-Encoding") is None


def test_head_tells_the_length_and_sends_nothing(hub: Served) -> None:
    answer, body = ask(hub, BIG_FILE, "HEAD", User_Agent=NEW, Accept_Encoding="gzip, deflate")
    assert (answer.status, answer.getheader("Content-Length"), body) == (200, str(BIG), b"")


def test_a_revision_with_a_slash_and_a_put_with_one_at_its_end(hub: Served) -> None:
    assert ask(hub, f"{MODEL}/repo?Revision=dev%2Fx&FilePath=small.txt")[1] == b"small\n"
    connection = hub.connect()
    connection.request("PUT", "/api/v1/models/", json.dumps({"Path": "acme"}), {"Content-Type": "application/json"})
    assert json.loads(connection.getresponse().read())["Data"]["TotalCount"] == 1
    connection.close()
