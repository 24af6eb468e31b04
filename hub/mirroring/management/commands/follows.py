"""manage.py follows: what is followed, and how it stands."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hub.mirroring.diff import held_repo, in_words
from hub.mirroring.follow import Follow
from hub.mirroring.models import Request


class Command(BaseCommand):
    help = "Lists what is followed, with the update that is under way or waits, and what is missing upstream."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=200)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Follow.objects.select_related("request__upstream")[: options["limit"]]
        for row in rows:
            self.stdout.write(_line(row))
        if not rows:
            self.stdout.write("Nothing is followed. Begin with: manage.py mirror org/name --follow")


def _line(row: Follow) -> str:
    request = row.request
    looked = f"looked at {row.checked_at:%Y-%m-%d %H:%M}" if row.checked_at else "not looked at yet"
    parts = [f"{request}", f"every {row.every // 60} min" if row.active else "paused", looked]
    if row.head:
        parts.append(f"upstream at {row.head[:12]}")
    if request.state != Request.State.PUBLISHED:
        parts.append(request.get_state_display().lower())
    if change := request.facts.get("change"):
        parts.append(in_words(change))
    repo = held_repo(request)
    if repo and repo.missing_upstream_since:
        parts.append(f"MISSING UPSTREAM since {repo.missing_upstream_since:%Y-%m-%d %H:%M}")
    elif row.ref_missing_since:
        parts.append(f"REF MISSING UPSTREAM since {row.ref_missing_since:%Y-%m-%d %H:%M}")
    if row.error:
        parts.append(row.error)
    return ", ".join(parts)
