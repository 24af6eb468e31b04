"""The worker as a process of its own: with a broker it listens to Celery, without one it asks the rows by itself."""

import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.metrics.port import open_port
from hub.nudge import QUEUES
from workers.engine.halt import process_halt
from workers.engine.loop import Worker


class Command(BaseCommand):
    help = (
        "Do the hub's work: look up, plan, fetch, verify, publish. Ends on SIGTERM or SIGINT, giving its leases back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end as soon as nothing is due")
        parser.add_argument("--queues", help=f"what to do, of {','.join(QUEUES)}; default: HUB_WORKER_QUEUES, or all")
        parser.add_argument("--concurrency", type=int, help="large files at once; default: HUB_WORKER_CONCURRENCY")

    def handle(self, *args: Any, **options: Any) -> None:
        queues = _queues(options["queues"])
        concurrency = settings.WORKER_CONCURRENCY if options["concurrency"] is None else options["concurrency"]
        if concurrency < 1:
            raise CommandError("--concurrency must be at least 1.")
        settings.WORKER_CONCURRENCY = concurrency
        if settings.EMBEDDED or options["once"]:
            _work_here(queues, options["once"])
        else:
            _go_on_as_celery(queues, concurrency)


def _queues(text: str | None) -> list[str]:
    named = text.replace(",", " ").split() if text else settings.WORKER_QUEUES
    if unknown := sorted(set(named) - set(QUEUES)):
        raise CommandError(f"There is no queue {unknown[0]}. Choose from: {', '.join(QUEUES)}.")
    return [queue for queue in QUEUES if queue in named]


def _work_here(queues: list[str], once: bool) -> None:
    halt = process_halt()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: halt.stop())
    open_port()
    Worker(halt, once, queues).run()


def _go_on_as_celery(queues: list[str], concurrency: int) -> None:
    """The same process goes on as Celery: whoever started this one signals and watches that one."""
    os.environ["HUB_WORKER_CONCURRENCY"] = str(concurrency)
    os.chdir(settings.BASE_DIR)
    command = [sys.executable, "-m", "celery", "-A", "workers.celery", "worker", "-Q", ",".join(queues)]
    command += ["-n", f"worker-{os.getpid()}@%h", "--loglevel", settings.LOG_LEVEL]
    # Workers that gossip with each other grow with the square of their number, and nothing here asks for it.
    os.execv(sys.executable, [*command, "--without-gossip", "--without-mingle"])  # noqa: S606  (no shell: nothing here comes from outside)
