"""manage.py requests: the queue at a glance."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hub.mirroring.management.listing import line_of
from hub.mirroring.models import Pause, Request


class Command(BaseCommand):
    help = "Lists requests, newest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--state", choices=Request.State.values, action="append", default=[])
        parser.add_argument("--id", type=int, help="only this request")
        parser.add_argument("--limit", type=int, default=50)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Request.objects.select_related("upstream", "revision")
        if options["state"]:
            rows = rows.filter(state__in=options["state"])
        if options["id"]:
            rows = rows.filter(pk=options["id"])
        for pause in Pause.objects.select_related("upstream"):
            self.stderr.write(f"Paused: {pause}, by {pause.by}{f': {pause.reason}' if pause.reason else ''}")
        for request in rows[: options["limit"]]:
            self.stdout.write(line_of(request))
        if not rows.exists():
            self.stdout.write("No requests. Make one with: manage.py mirror org/name")
