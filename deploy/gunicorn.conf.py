"""gunicorn for the web process: `gunicorn -c deploy/gunicorn.conf.py hub.wsgi`. All settings are HUB_* variables."""

import os
import socket

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")

from hub import settings

bind = f"{settings.HOST}:{settings.PORT}"
worker_class = "gthread"
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
worker_connections = 1000
backlog = 1024

# Loaded before the fork: the code is shared by all workers, and what is wrong with it is said once, at the start.
preload_app = True

# A worker's own loop reports that it is alive, not the threads: long downloads and waits do not end at `timeout`.
timeout = 60
# What a stopping worker gives its downloads. Clients resume, so a restart need not wait for the largest file.
graceful_timeout = 30
# Clients keep a pool of connections over a whole snapshot; an idle one costs a descriptor, no thread.
keepalive = 75

# 1,024 bytes of path grow to three times as much when quoted; lists are asked for with long queries.
limit_request_line = 8190

# One line per request would double the work of a small file. A proxy in front can tell who asked for what.
accesslog = None
errorlog = "-"
loglevel = settings.LOG_LEVEL.lower()

# No second way in: signals are enough to steer it.
control_socket_disable = True

STALLED_MILLISECONDS = 300_000


def when_ready(server):
    """A peer that acknowledges nothing for five minutes is gone; without this it would hold its thread for hours."""
    for listener in server.LISTENERS:
        if listener.sock.family in (socket.AF_INET, socket.AF_INET6) and hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MILLISECONDS)


def worker_exit(server, worker):
    """Download counts that were not written yet."""
    from hub.catalog.pulls import flush

    flush()
