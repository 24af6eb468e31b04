"""The embedded worker as a process of its own."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from workers.engine.halt import process_halt
from workers.engine.loop import Worker


class Command(BaseCommand):
    help = (
        "Do the hub's work: look up, plan, fetch, verify, publish. Ends on SIGTERM or SIGINT, giving its leases back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end as soon as nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        halt = process_halt()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: halt.stop())
        Worker(halt, options["once"]).run()
