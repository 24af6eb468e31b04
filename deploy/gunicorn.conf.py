"""gunicorn for the web process: `gunicorn -c deploy/gunicorn.conf.py hub.wsgi`. All settings are HUB_* variables."""

import os
import socket

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")

from gunicorn.glogging import Logger

from hub import settings


class NoAccessLog(Logger):
    """With `logconfig_dict`, gunicorn writes a line per request although `accesslog` is off."""

    def access(self, resp, req, environ, request_time):
        pass


bind = f"{settings.HOST}:{settings.PORT}"
worker_class = "gthread"
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
worker_connections = 1000
backlog = 1024
# A socket for each worker: of 16 connections to one that is shared, the same worker often takes all that come at once,
# and theirs are the late answers. The kernel spreads them over sockets of their own.
reuse_port = True

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
logconfig_dict = settings.LOGGING
logger_class = NoAccessLog

# No second way in: signals are enough to steer it.
control_socket_disable = True

STALLED_MILLISECONDS = 300_000


def on_starting(server):
    """Two hubs at one port would share it without a word, so it is tried alone first. Workers of a master that was
    killed need a second or two to notice and to let go of it."""
    from gunicorn.sock import close_sockets, create_sockets

    server.cfg.set("reuse_port", False)
    close_sockets(create_sockets(server.cfg, server.log), unlink=False)
    server.cfg.set("reuse_port", True)


def post_fork(server, worker):
    """A peer that acknowledges nothing for five minutes is gone; without this it would hold its thread for hours.
    And what this process counts is told to the others, which answer for it too."""
    for listener in worker.sockets:
        if listener.sock.family in (socket.AF_INET, socket.AF_INET6) and hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MILLISECONDS)

    from hub.metrics import sharing

    sharing.start()


def worker_exit(server, worker):
    """Download counts that were not written yet, and metrics."""
    from hub.catalog.pulls import flush
    from hub.metrics import sharing

    flush()
    sharing.flush()
