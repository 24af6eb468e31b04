"""nginx with the configuration that we ship, deploy/nginx.conf, on the addresses and folders of a test."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.journeys.processes import ROOT
from tests.services.needed import program_or_skip
from tests.services.service import Service

SHIPPED = ROOT / "deploy" / "nginx.conf"


class NginxServer(Service):
    """`blobs` is the directory of a local store, `store` the endpoint of an S3 server."""

    name = "nginx"

    def __init__(self, hub: str, blobs: Path = Path("/nowhere"), store: str = "http://127.0.0.1:9") -> None:
        self._program = program_or_skip("nginx", "nginx-light")
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"
        self._conf = self.folder / "nginx.conf"
        self._conf.write_text(adapted(self.folder, self.port, hub, blobs, store))

    def asked(self) -> list[str]:
        """Its log, one line for each request."""
        return (self.folder / "access.log").read_text().splitlines()

    def errors(self) -> str:
        return (self.folder / "error.log").read_text()

    def _command(self) -> Sequence[str | Path]:
        return [self._program, "-p", self.folder, "-c", self._conf, "-e", self.folder / "error.log"]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/health/live", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def adapted(folder: Path, port: int, hub: str, blobs: Path, store: str) -> str:
    """The shipped configuration, for one nginx in the foreground at `port` that writes below `folder` alone."""
    # Workers of an nginx that root starts run as nobody, who may not read what a test wrote.
    text = ("user root;\n" if os.geteuid() == 0 else "") + "daemon off;\n" + SHIPPED.read_text()
    changes = {
        "server web:8000 ": f"server {urlsplit(hub).netloc} ",
        "server s3:8333 ": f"server {urlsplit(store).netloc} ",
        "listen 8080 default_server;": f"listen 127.0.0.1:{port} default_server;",
        "alias /srv/blobs/;": f"alias {blobs}/;",
        "error_log /dev/stderr warn;": f"error_log {folder}/error.log warn;",
        "access_log /dev/stdout plain;": f"access_log {folder}/access.log plain;",
        "pid /tmp/": f"pid {folder}/",
        "_temp_path /tmp/": f"_temp_path {folder}/",
    }
    for old, new in changes.items():
        assert old in text, f"{SHIPPED} has no {old!r}"
        text = text.replace(old, new)
    return text
