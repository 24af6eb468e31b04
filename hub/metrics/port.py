"""The metrics of a host without a web process: a port of its own, HUB_METRICS_PORT.

Of several workers on one host the first one answers for all; when it ends, another takes the port over.
"""

import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from hub.metrics import sharing
from hub.metrics.access import may_read

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


class Counted(Collector):
    """What every process of this host has counted, as a collector."""

    def collect(self) -> list[Metric]:
        return list(sharing.everybodys())

    def describe(self) -> list[Metric]:
        return []


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server_version, sys_version = "entrepot", ""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] not in ("/metrics", "/-/metrics"):
            return self._answer(404, b"the metrics are at /-/metrics\n", "text/plain")
        if not may_read(self.client_address[0], self.headers):  # type: ignore[arg-type]
            return self._answer(401, b"send HUB_METRICS_TOKEN as `Authorization: Bearer`\n", "text/plain")
        registry = CollectorRegistry()
        registry.register(Counted())
        return self._answer(200, generate_latest(registry), CONTENT_TYPE_LATEST)

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the library's)
        """A line for each scrape would be most of the log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 16


def server(place: tuple[str, int]) -> ThreadingHTTPServer:
    """Bound, not yet serving. Raises OSError where another process has the port."""
    return _Server(place, _Handler)


def open_port() -> None:
    """Shares what this process counts, and answers at HUB_METRICS_PORT where it is set. Returns at once."""
    sharing.start()
    if settings.METRICS_PORT:
        threading.Thread(target=_serve, name="metrics port", daemon=True).start()


def _serve() -> None:
    place = (settings.METRICS_HOST, settings.METRICS_PORT)
    told = False
    while True:
        try:
            with server(place) as ours:
                logger.info("Metrics at http://%s:%s/-/metrics", *place)
                ours.serve_forever()
        except OSError as error:
            if not told:
                logger.info("%s:%s is taken (%s): another process of this host tells the metrics", *place, error)
                told = True
            time.sleep(RETRY_SECONDS)
