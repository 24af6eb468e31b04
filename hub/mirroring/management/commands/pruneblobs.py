"""Frees the room of what nothing refers to."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hub.mirroring.pruning import grace, prune_blobs


class Command(BaseCommand):
    help = "Remove blobs that no file refers to, bytes without a row and uploads that nobody goes on with."

    def add_arguments(self, parser: CommandParser) -> None:
        hours = grace().total_seconds() / 3600
        parser.add_argument(
            "--grace", type=float, default=hours, metavar="HOURS", help=f"leave younger things alone ({hours:g})"
        )
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        pruned = prune_blobs(timedelta(hours=options["grace"]), options["dry_run"])
        self.stdout.write(
            f"{'Would remove' if options['dry_run'] else 'Removed'} {pruned.objects:,} blobs"
            f" ({pruned.bytes:,} bytes, {pruned.rows:,} with a row) and {pruned.uploads:,} unfinished uploads."
        )
