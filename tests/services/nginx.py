"""nginx with the configuration that we ship, deploy/nginx.conf, on the addresses and folders of a test."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.journeys.processes import ROOT, free_port
from tests.services.authority import Authority
from tests.services.needed import program_or_skip
from tests.services.service import Service, listens

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


class TlsNginx(NginxServer):
    """The same with TLS put on, as its comments say, with a certificate that only its clients trust; `plain` is the way
    in without. It stands before servers that are no hub, too."""

    def __init__(self, hub: str, authority: Authority, blobs: Path = Path("/nowhere")) -> None:
        super().__init__(hub, blobs)
        self._port = free_port()
        self.plain, self.url = self.url, f"https://127.0.0.1:{self._port}"
        self._conf.write_text(with_tls(self._conf.read_text(), self._port, authority))

    def _answers(self) -> bool:
        return listens(self._port)


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
    return changed(text, changes)


def with_tls(text: str, port: int, authority: Authority) -> str:
    """The lines about TLS that the shipped configuration has as comments come to life."""
    changes = {
        "#listen 8443 ssl default_server;": f"listen 127.0.0.1:{port} ssl default_server;",
        "#ssl_certificate /etc/nginx/tls/fullchain.pem;": f"ssl_certificate {authority.chain};",
        "#ssl_certificate_key /etc/nginx/tls/key.pem;": f"ssl_certificate_key {authority.key};",
        "#ssl_protocols ": "ssl_protocols ",
        "#ssl_session_cache ": "ssl_session_cache ",
    }
    return changed(text, changes)


def changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, f"{SHIPPED} has no {old!r}"
        text = text.replace(old, new)
    return text
