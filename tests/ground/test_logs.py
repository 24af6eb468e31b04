"""The log: JSON that machines read, what a line is about, and no secret in any form."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

import pytest
from django.test import Client

from hub import logs

SECRETS = [
    ("token hf_abcdefghijklmnopqrstuvwxyz012345 refused", "hf_abcdefgh"),
    ("Authorization: Bearer eyJhbGciOi.abc-def_123", "eyJhbGciOi"),
    ("headers {'authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
    ("{'Cookie': 'entrepot_session=abc123'}", "abc123"),
    ("GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA1/2026&X-Amz-Signature=0badcafe", "0badcafe"),
    ("GET /b/k?X-Amz-Credential=AKIA1%2F20261124&X-Amz-Expires=60", "AKIA1"),
    ("https://cdn/x?response=1&X-Amz-Security-Token=FwoGZXIvYXdz", "FwoGZXIvYXdz"),
    ("https://cdn-lfs.hf.co/r/x?Expires=17&Policy=eyJTdGF0ZW1&Signature=Zm9v~bar&Key-Pair-Id=K24J", "Zm9v~bar"),
    ("https://cdn-lfs.hf.co/r/x?Expires=17&Policy=eyJTdGF0ZW1&Signature=Zm9v~bar&Key-Pair-Id=K24J", "eyJTdGF0ZW1"),
    ("https://bucket.oss-cn.aliyuncs.com/k?OSSAccessKeyId=LTAI4&Expires=1&Signature=abc%3D", "LTAI4"),
    ("https://cdn-lfs-cn-1.modelscope.cn/prod/x?tag=model&auth_key=1700000000-abcdef01-0-9988", "abcdef01"),
    ("m_session_id=0123456789abcdef; Path=/", "0123456789abcdef"),
    ("https://account.blob.core.windows.net/c/b?sv=2020&sig=azureSignature%3D", "azureSignature"),
    ("could not connect to postgres://hub:s3cr3t@db/hub", "s3cr3t"),
    ("redis://:p4ssw0rd@redis:6379/0 is down", "p4ssw0rd"),
    ("aws_secret_access_key=wJalrXUtnFEMI", "wJalrXUtnFEMI"),
    ("{'password': 'hunter22'}", "hunter22"),
]


@pytest.fixture(autouse=True)
def _about_nothing() -> Iterator[None]:
    """The thread of the tests has answered requests before."""
    token = logs._about.set({})
    yield
    logs._about.reset(token)


@pytest.fixture(params=sorted(logs.FORMATS))
def log(request: pytest.FixtureRequest) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger and what it wrote, in each format."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.FORMATS[request.param]())
    logger = logging.getLogger(f"test.{request.param}")
    logger.addHandler(handler)
    logger.setLevel("DEBUG")
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_no_secret_is_written_as_text_as_argument_or_in_a_traceback(log: Any, text: str, secret: str) -> None:
    logger, stream = log
    assert secret in text
    logger.info(text.replace("%", "%%"))
    logger.info("with %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        logger.exception("it failed")
    with logs.about(repo=text):
        logger.info("about it")
    written = stream.getvalue()
    assert secret not in written
    assert logs.HIDDEN in written


def test_what_is_no_secret_is_left_alone() -> None:
    for text in (
        "model acme/hf_small@main: 12 small files, 3,000 bytes in 0.1 s",
        "GET /acme/tiny/resolve/main/config.json?download=true failed",
        "sha256:0badcafe0badcafe",
        "https://cdn-lfs.hf.co/repos/x?response-content-disposition=inline",
    ):
        assert logs.redact(text) == text


class TestJson:
    @pytest.fixture
    def written(self) -> Iterator[Any]:
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logs.Json())
        logger = logging.getLogger("hub.somewhere")
        logger.addHandler(handler)
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
        logger.removeHandler(handler)

    def test_a_line_is_one_object_with_all_its_fields(self, written: Any) -> None:
        with logs.about(transfer=7, repo="model acme/tiny"):
            logging.getLogger("hub.somewhere").warning("two\nlines, and %s", "“quotes”")
        (line,) = written()
        assert line.pop("time").endswith("+00:00")
        assert line.pop("worker").count(":") >= 2
        assert line == {
            "level": "WARNING",
            "logger": "hub.somewhere",
            "message": "two\nlines, and “quotes”",
            "transfer": "7",
            "repo": "model acme/tiny",
        }

    def test_an_error_brings_its_traceback_on_the_same_line(self, written: Any) -> None:
        try:
            raise RuntimeError("deep down")
        except RuntimeError:
            logging.getLogger("hub.somewhere").exception("it failed")
        (line,) = written()
        assert "RuntimeError: deep down" in line["error"]


def test_a_line_for_people_ends_with_what_it_is_about() -> None:
    record = logging.LogRecord("hub", logging.INFO, "", 0, "fetched", (), None)
    with logs.about(repo="model acme/tiny", transfer=7):
        assert logs.Line().format(record).endswith("hub: fetched [transfer=7 repo=model acme/tiny]")


def test_what_a_line_is_about_ends_with_its_block_and_nests() -> None:
    with logs.about(request=1):
        with logs.about(transfer=2):
            assert logs.what_about() == {"request": "1", "transfer": "2"}
        assert logs.what_about() == {"request": "1"}
    assert "request" not in logs.what_about()


def test_a_thread_in_a_copy_of_the_context_knows_what_it_is_about() -> None:
    seen: list[str] = []
    with logs.about(transfer=7):
        thread = threading.Thread(target=copy_context().run, args=(lambda: seen.append(logs.what_about()["transfer"]),))
        thread.start()
        thread.join()
    assert seen == ["7"]


class TestRequestId:
    @pytest.mark.parametrize("path", ["/-/health/live", "/api/models/acme/nothing", "/-/api/v1/requests/999/"])
    @pytest.mark.django_db
    def test_a_proxys_id_comes_back_in_the_answer(self, client: Client, path: str) -> None:
        assert client.get(path, headers={"x-request-id": "proxy-1.2"})["X-Request-Id"] == "proxy-1.2"

    @pytest.mark.parametrize("bad", ["", "a b", "x\ny", "<script>", "é", "x" * 121])
    def test_what_is_no_id_is_replaced(self, bad: str) -> None:
        made = logs.id_for(bad)
        assert made != bad
        assert len(made) == 32

    def test_the_clients_own_trace_is_taken_where_no_proxy_gave_an_id(self) -> None:
        assert logs.id_for("", "trace-1") == "trace-1"
        assert logs.id_for("proxy", "trace-1") == "proxy"

    def test_two_requests_have_two_ids(self, client: Client) -> None:
        assert client.get("/-/health/live")["X-Request-Id"] != client.get("/-/health/live")["X-Request-Id"]

    @pytest.mark.django_db
    def test_an_error_of_the_api_names_it(self, client: Client) -> None:
        answer = client.get("/-/api/v1/requests/999/")
        assert answer.json()["request_id"] == answer["X-Request-Id"]

    @pytest.mark.django_db
    def test_an_error_of_the_dialect_names_it(self, client: Client, settings: Any) -> None:
        settings.ANONYMOUS_PULL = False
        answer = client.get("/api/models/acme/tiny")
        assert answer.status_code == 401
        assert answer.json()["request_id"] == answer["X-Request-Id"]


@pytest.mark.parametrize("form", sorted(logs.FORMATS))
def test_gunicorn_and_django_write_in_the_same_format(form: str) -> None:
    config = logs.config("INFO", form)
    assert config["loggers"]["gunicorn.error"]["handlers"] == ["stderr"]
    assert config["formatters"]["chosen"]["()"] is logs.FORMATS[form]


def test_the_page_of_a_fault_names_the_id_under_which_the_log_tells_it(settings: Any, monkeypatch: Any) -> None:
    from hub.web import health

    def breaks(*_: Any) -> None:
        raise RuntimeError("deep down")

    monkeypatch.setattr(health, "PARTS", {})
    monkeypatch.setattr(health._warnings, "get", breaks)
    answer = Client(raise_request_exception=False).get("/-/health/ready", headers={"x-request-id": "proxy-1"})
    assert answer.status_code == 500
    assert "proxy-1" in answer.content.decode()
    assert "deep down" not in answer.content.decode()
