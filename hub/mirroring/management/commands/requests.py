"""manage.py requests: the queue at a glance."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hub.mirroring.diff import in_words
from hub.mirroring.models import Pause, Request
from hub.mirroring.progress import progress_of


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
            self.stdout.write(_line(request))
        if not rows.exists():
            self.stdout.write("No requests. Make one with: manage.py mirror org/name")


def _line(request: Request) -> str:
    facts = request.facts
    size = f"{facts['bytes'] / 1e9:.2f} GB" if "bytes" in facts else "size unknown"
    state = f"{request.state}{' (paused)' if request.paused else ''}"
    parts = [f"{request.pk:>5}  {state:<9}  {request}", size, facts.get("licence") or "no licence"]
    if request.state == Request.State.FETCHING:
        parts.append(str(progress_of(request)))
    if request.state in (Request.State.WAITING, Request.State.REFUSED):
        parts.append(request.decision_reason or request.verdict_reason)
    if change := facts.get("change"):
        parts.append(in_words(change))
    if request.priority:
        parts.append(f"priority {request.priority}")
    if request.error:
        parts.append(request.error)
    return ", ".join(parts)
