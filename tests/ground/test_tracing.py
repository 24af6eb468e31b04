"""Traces go to an OTLP receiver where they are on; where they are off, nothing is imported."""

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub import checks, tracing

pytest.importorskip("opentelemetry.sdk")
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import django
django.setup()
from django.test import Client
answer = Client().get("/-/health/live?secret=query", headers={"traceparent": TRACE} if TRACE else {})
assert answer.status_code == 200, answer
import logging
from hub.tracing import CLIENT, span
try:
    with span("transfer", transfer=7), span("GET upstream", CLIENT, server_address="hub.example"):
        logging.getLogger("hub").warning("inside")
        raise ValueError("broken")
except ValueError:
    pass
import sys
heavy = ("opentelemetry.exporter", "opentelemetry.sdk.trace")
print("imported" if any(name.startswith(heavy) for name in sys.modules) else "clean")
"""
CALLER = "0af7651916cd43dd8448eb211c80319c"


class Receiver(http.server.HTTPServer):
    """Takes what an exporter posts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: dict[str, Any] = {}
        self.services: set[str] = set()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for told in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.server.services |= {
                one.value.string_value for one in told.resource.attributes if one.key == "service.name"
            }
            self.server.spans |= {span.name: span for scope in told.scope_spans for span in scope.spans}
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def run(tmp_path: Path, trace: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "OTEL_"))}
    environment |= {"HUB_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "hub.settings"}
    text = ASK.replace("TRACE", repr(trace))
    done = subprocess.run(
        [sys.executable, "-c", text], env=environment | variables, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def sent(receiver: Receiver, tmp_path: Path) -> tuple[Receiver, str]:
    """What arrived, and the log."""
    done = run(
        tmp_path,
        f"00-{CALLER}-b7ad6b7169203331-01",
        HUB_OTEL="on",
        HUB_LOG_FORMAT="json",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{receiver.server_port}",
        OTEL_SERVICE_NAME="hub-of-a-test",
    )
    return receiver, done.stderr


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_request_continues_the_trace_of_whoever_asks(sent: tuple[Receiver, str]) -> None:
    receiver, _ = sent
    span = receiver.spans["GET health"]
    assert span.trace_id.hex() == CALLER
    assert attributes(span)["http.response.status_code"] == 200
    assert attributes(span)["url.path"] == "/-/health/live"
    assert receiver.services == {"hub-of-a-test"}


def test_spans_of_one_piece_of_work_hang_together_and_note_the_error(sent: tuple[Receiver, str]) -> None:
    receiver, _ = sent
    outer, inner = receiver.spans["transfer"], receiver.spans["GET upstream"]
    assert inner.parent_span_id == outer.span_id
    assert inner.trace_id == outer.trace_id
    assert [event.name for event in inner.events] == ["exception"]


def test_a_line_of_the_log_names_its_trace(sent: tuple[Receiver, str]) -> None:
    receiver, log = sent
    assert f'"trace_id": "{receiver.spans["transfer"].trace_id.hex()}"' in log


def test_nothing_of_a_query_is_told(sent: tuple[Receiver, str]) -> None:
    assert all("secret" not in str(span) for span in sent[0].spans.values())


def test_a_receiver_that_is_away_breaks_nothing(tmp_path: Path) -> None:
    run(tmp_path, HUB_OTEL="on", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1", OTEL_EXPORTER_OTLP_TIMEOUT="1")


def test_where_it_is_off_nothing_is_imported(tmp_path: Path) -> None:
    # redis asks by itself whether the API is there.
    assert run(tmp_path).stdout.strip() == "clean"


class TestChecks:
    @pytest.fixture(autouse=True)
    def _plain(self, settings: Any) -> None:
        settings.OTEL, settings.METRICS_PORT, settings.METRICS_TOKEN = False, 0, ""

    def ids(self) -> list[str]:
        return [message.id or "" for message in checks.observability()]

    def test_packages_that_are_missing_are_named(self, settings: Any, monkeypatch: Any) -> None:
        settings.OTEL = True
        assert self.ids() == []
        monkeypatch.setattr(tracing, "NEEDED", ("opentelemetry_of_nobody.sdk",))
        assert self.ids() == ["hub.E040"]

    def test_two_ports_that_are_one(self, settings: Any) -> None:
        settings.METRICS_PORT = settings.PORT
        assert "hub.E041" in self.ids()

    def test_a_port_for_others_without_a_token(self, settings: Any) -> None:
        settings.METRICS_PORT, settings.METRICS_HOST = 9100, "0.0.0.0"
        assert self.ids() == ["hub.W040"]
        settings.METRICS_TOKEN = "x"
        assert self.ids() == []
