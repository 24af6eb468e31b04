"""Whoever sends the bytes, the answer is the same: the hub alone, nginx from the disk, nginx from S3, the hub from S3.

gunicorn and nginx run as they are deployed; the S3 server is moto's.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest

from tests.dialects.served import BIG, Served, served, served_repo
from tests.fakes.sources import Synthetic
from tests.services.moto import MotoServer
from tests.services.nginx import NginxServer

pytestmark = pytest.mark.service

BIG_URL, SMALL_URL = "/acme/served/resolve/main/big.bin", "/acme/served/resolve/main/small.txt"
NGINX = {"HUB_DELIVERY": "accel", "HUB_TRUSTED_PROXIES": "127.0.0.1"}
TOLD = (
    "ETag",
    "X-Repo-Commit",
    "X-Linked-Etag",
    "X-Linked-Size",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Content-Disposition",
    "Cache-Control",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Last-Modified",
    "Content-Encoding",
)
"""What clients read. That Accept-Ranges stands there is seen apart: nginx leaves it away on a 206."""
ETAG = f'"{Synthetic(BIG, 3).sha256}"'
WAYS = ("nginx, disk", "nginx, S3", "hub, S3")


@dataclass(frozen=True)
class Answer:
    status: int
    told: dict[str, str | None]
    body: bytes
    headers: list[tuple[str, str]]


def ask(url: str, path: str, method: str = "GET", **headers: str) -> Answer:
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        line.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        got = line.getresponse()
        return Answer(got.status, {name: got.getheader(name) for name in TOLD}, got.read(), got.getheaders())
    finally:
        line.close()


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@contextmanager
def hub_on_bucket(moto: MotoServer, folder: Path, **settings: str) -> Iterator[Served]:
    bucket = moto.new_bucket()
    with served(folder, HUB_STORE_URL=moto.store_url(bucket), **moto.environment, **settings) as hub:
        yield hub


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The hub alone, on files: what everything else has to equal."""
    with served(tmp_path_factory.mktemp("plain")) as hub:
        yield f"http://127.0.0.1:{hub.port}"


@pytest.fixture(scope="module")
def fronts(moto: MotoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses, by the way that bytes take."""
    with ExitStack() as stack:
        enter = stack.enter_context
        folder = tmp_path_factory.mktemp("disk")
        on_disk = enter(served(folder, **NGINX))
        on_bucket = enter(hub_on_bucket(moto, tmp_path_factory.mktemp("bucket"), **NGINX))
        by_hand = enter(hub_on_bucket(moto, tmp_path_factory.mktemp("hand"), HUB_DELIVERY="proxy"))
        yield {
            "nginx, disk": enter(NginxServer(f"http://127.0.0.1:{on_disk.port}", folder / "blobs")).url,
            "nginx, S3": enter(NginxServer(f"http://127.0.0.1:{on_bucket.port}", store=moto.endpoint)).url,
            "hub, S3": f"http://127.0.0.1:{by_hand.port}",
        }


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"Range": "bytes=0-0"},
        {"Range": "bytes=1000-1999"},
        {"Range": f"bytes={BIG - 3}-"},
        {"Range": "bytes=-10"},
        {"Range": f"bytes=10-{BIG}"},
        {"Range": f"bytes=2000000-{BIG}"},
        {"Range": f"bytes={BIG}-"},
        {"Range": "bytes=0-1,4-5"},
        {"Range": "bytes=9-2"},
        {"Range": "bytes=7-9", "If-Range": ETAG},
        {"Range": "bytes=7-9", "If-Range": '"another"'},
        {"Range": "bytes=7-9", "If-Range": "Mon, 01 Jan 2024 00:00:00 GMT"},
        {"If-None-Match": ETAG},
        {"If-None-Match": f"W/{ETAG}"},
        {"If-None-Match": '"another"'},
        {"If-None-Match": "*"},
        {"If-Match": ETAG},
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"Authorization": "Bearer hf_abcdefghijklmnopqrstuvwxyzabcdefgh", "Cookie": "a=b"},
        {"Accept-Encoding": "gzip, br"},
        {"Origin": "https://app.example"},
    ],
    ids=lambda asked: " ".join(f"{name}={value}" for name, value in asked.items()) or "whole",
)
def test_the_answer_is_that_of_the_hub_alone(
    plain: str, fronts: dict[str, str], way: str, method: str, asked: dict[str, str]
) -> None:
    for path in (BIG_URL, SMALL_URL):
        ours, right = ask(fronts[way], path, method, **asked), ask(plain, path, method, **asked)
        assert ours.status == right.status
        assert {name: (ours.told[name], told) for name, told in right.told.items() if ours.told[name] != told} == {}
        assert ours.body == right.body
        names = [name.lower() for name, _ in ours.headers]
        assert [name for name in names if name in ("x-accel-redirect", "x-hub-store-host", "x-amz-request-id")] == []
        assert len(set(names)) == len(names), "a header stands twice"
        assert ours.status in (206, 304, 416) or "accept-ranges" in names


@pytest.mark.parametrize("way", WAYS)
def test_a_quoted_slash_of_a_branch_arrives_as_it_was_written(fronts: dict[str, str], way: str) -> None:
    for revision in ("dev%2Fx", "dev/x", "refs%2Fheads%2Fdev%2Fx"):
        answer = ask(fronts[way], f"/acme/served/resolve/{revision}/big.bin", Range="bytes=0-9")
        assert (answer.status, answer.told["X-Repo-Commit"]) == (206, served_repo().head.oid)


@pytest.mark.parametrize("way", ["nginx, disk", "nginx, S3"])
def test_no_client_reaches_the_inner_locations_or_the_metrics(fronts: dict[str, str], way: str) -> None:
    sha256 = Synthetic(BIG, 3).sha256
    inner = f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    for path in (
        f"/-/internal/file/{inner}",
        f"/-/internal/store/{inner}",
        f"//-/internal/file/{inner}",
        f"/%2D/internal/file/{inner}",
        f"/x/../-/internal/file/{inner}",
        "/-/internal/file/../../../etc/passwd",
        "/-/metrics",
        "/-/metrics/",
        "//-/metrics",
        "/-/%6Detrics",
    ):
        answer = ask(fronts[way], path, X_Accel_Redirect=f"/-/internal/file/{inner}")
        assert answer.status in (400, 404), path
        assert answer.body.lower().startswith((b"<!doctype html>", b"<html>")), path
        assert b"root:" not in answer.body, path
        assert b"# HELP" not in answer.body, path


def test_a_client_cannot_say_that_nginx_stands_before_it(plain: str, tmp_path: Path) -> None:
    with served(tmp_path, HUB_DELIVERY="accel", HUB_TRUSTED_PROXIES="192.0.2.1") as hub:
        told = {"X-Forwarded-For": "192.0.2.1", "hub.proxy": "1", "X-Accel-Mapping": "/=/"}
        answer = ask(f"http://127.0.0.1:{hub.port}", BIG_URL, **told)
        assert (answer.status, len(answer.body)) == (200, BIG)
        assert "x-accel-redirect" not in {name.lower() for name, _ in answer.headers}


def test_the_store_is_asked_for_the_range_alone_and_learns_nothing_of_the_client(
    moto: MotoServer, tmp_path: Path
) -> None:
    with (
        Recorder() as recorder,
        hub_on_bucket(moto, tmp_path, **NGINX) as hub,
        NginxServer(f"http://127.0.0.1:{hub.port}", store=recorder.url) as nginx,
    ):
        told = {"Authorization": "Bearer hf_" + "a" * 34, "Cookie": "a=b", "If-Range": ETAG, "X-Own": "x"}
        ask(nginx.url, BIG_URL, Range=f"bytes=7-{BIG}", **told)
        assert [{name.lower(): value for name, value in headers.items()} for headers in recorder.seen] == [
            {"host": urlsplit(moto.endpoint).netloc, "range": f"bytes=7-{BIG - 1}"}
        ]


class Recorder:
    """A store that refuses everything and remembers what it was told."""

    def __init__(self) -> None:
        seen: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(dict(self.headers))
                self.send_error(403)

            def log_message(self, *_: object) -> None: ...

        self.seen = seen
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_what_the_disk_has_lost_is_a_503_without_the_files_etag(tmp_path: Path) -> None:
    with served(tmp_path / "hub", **NGINX) as hub, NginxServer(f"http://127.0.0.1:{hub.port}", tmp_path) as nginx:
        answer = ask(nginx.url, BIG_URL)
        assert (answer.status, answer.told["ETag"], answer.told["X-Repo-Commit"]) == (503, None, None)
        assert dict(answer.headers)["Retry-After"] == "5"


def test_what_the_bucket_has_lost_is_a_503_without_the_files_etag(moto: MotoServer, tmp_path: Path) -> None:
    with (
        hub_on_bucket(moto, tmp_path, **NGINX) as hub,
        NginxServer(f"http://127.0.0.1:{hub.port}", store=moto.endpoint) as nginx,
    ):
        assert ask(nginx.url, BIG_URL).status == 200
        lose_everything(moto)
        answer = ask(nginx.url, BIG_URL)
        assert (answer.status, answer.told["ETag"]) == (503, None)
        assert b"<Error>" not in answer.body


def lose_everything(moto: MotoServer) -> None:
    client = moto.client()
    bucket = max(client.list_buckets()["Buckets"], key=lambda found: found["CreationDate"])["Name"]
    for found in client.list_objects_v2(Bucket=bucket)["Contents"]:
        client.delete_object(Bucket=bucket, Key=found["Key"])
