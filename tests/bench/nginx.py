"""nginx beside us, with sendfile, on a folder of files that both serve; and nginx before us, as we ship it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.nginx import adapted

from .findings import CannotMeasure
from .ground import Ground, free_port
from .process import running, wait_for

CONFIGURATION = """
{user}
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=512;
        root {root};
        location = /alive {{ return 200 "alive"; }}
    }}
}}
"""


@contextmanager
def nginx(ground: Ground, root: Path) -> Iterator[str]:
    """Its address. Raises CannotMeasure where there is no nginx."""
    user = "user root;" if os.geteuid() == 0 else ""
    with _nginx(
        ground, "alive", lambda folder, port: CONFIGURATION.format(folder=folder, port=port, root=root, user=user)
    ) as url:
        yield url


@contextmanager
def nginx_before(ground: Ground, hub: str, blobs: Path) -> Iterator[str]:
    """deploy/nginx.conf before the hub at `hub`, with its store's directory. Raises CannotMeasure likewise."""
    with _nginx(
        ground, "-/health/live", lambda folder, port: adapted(folder, port, hub, blobs, "http://127.0.0.1:9")
    ) as url:
        yield url


@contextmanager
def _nginx(ground: Ground, alive: str, configuration: Callable[[Path, int], str]) -> Iterator[str]:
    binary = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if binary is None:
        raise CannotMeasure("nginx is not installed (Debian: apt-get install nginx-light)")
    port = free_port()
    with ground.folder("nginx") as folder:
        (folder / "nginx.conf").write_text(configuration(folder, port))
        command: list[str | Path] = [binary, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        with running(command, folder, "nginx") as process:
            wait_for(f"http://127.0.0.1:{port}/{alive}", process, folder / "nginx.log")
            yield f"http://127.0.0.1:{port}"
