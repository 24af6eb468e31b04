"""HUB_METRICS_PORT: a host without a web process tells its metrics, and a second worker takes over."""

import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from hub import metrics
from hub.metrics import port


@pytest.fixture
def address(settings: Any, tmp_path: Path) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    settings.DATA_DIR, settings.METRICS_HOST, settings.METRICS_PORT = tmp_path, "127.0.0.1", number
    settings.METRICS_TOKEN, settings.EXTERNAL_URL = "", ""
    return f"http://127.0.0.1:{number}"


@pytest.fixture
def opened(address: str) -> Any:
    server = port.server(("127.0.0.1", int(address.rpartition(":")[2])))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield address
    server.shutdown()
    server.server_close()
    thread.join()


def ask(address: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(address, headers={name.replace("_", "-"): text for name, text in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize("path", ["/metrics", "/-/metrics"])
def test_it_tells_what_the_host_counted(opened: str, path: str) -> None:
    metrics.FETCHED_BYTES.labels("huggingface").inc(5)
    status, text = ask(opened + path)
    assert status == 200
    assert 'entrepot_fetched_bytes_total{upstream="huggingface"}' in text


def test_an_outsider_needs_the_token(opened: str, settings: Any) -> None:
    settings.METRICS_TOKEN = "for the one who scrapes"
    assert ask(f"{opened}/-/metrics", X_Forwarded_For="10.1.2.3")[0] == 401
    assert ask(f"{opened}/-/metrics", X_Forwarded_For="10.1.2.3", Authorization="Bearer wrong")[0] == 401
    assert (
        ask(f"{opened}/-/metrics", X_Forwarded_For="10.1.2.3", Authorization="Bearer for the one who scrapes")[0] == 200
    )


def test_nothing_else_is_there(opened: str) -> None:
    assert ask(f"{opened}/etc/passwd")[0] == 404


def test_a_second_worker_takes_the_port_over_when_the_first_ends(address: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(port, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(port.sharing, "start", lambda: None)
    first = port.server(("127.0.0.1", int(address.rpartition(":")[2])))
    port.open_port()
    first.server_close()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            assert ask(f"{address}/metrics")[0] == 200
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nobody took the port over")
