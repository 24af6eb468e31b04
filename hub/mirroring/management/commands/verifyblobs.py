"""Re-reads blobs and compares their digests."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.blobs.scrub import verify_blobs
from hub.errors import HubError


class Command(BaseCommand):
    help = "Re-read the bytes that are held and re-hash them. Reports what is missing or wrong; deletes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, help="at most so many blobs, the longest unchecked first")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"fine": 0, "missing": 0, "wrong": 0}
        try:
            for finding in verify_blobs(options["limit"]):
                counts[finding.condition or "fine"] += 1
                if finding.condition:
                    self.stderr.write(f"{finding.condition}  sha256:{finding.sha256}  {finding.size:,} bytes")
        except HubError as error:
            raise CommandError(error.words) from error
        self.stdout.write(", ".join(f"{count:,} {condition}" for condition, count in counts.items()))
        if counts["missing"] or counts["wrong"]:
            raise CommandError(
                "Some blobs are not what they should be. `manage.py scrub` fetches them again from upstream;"
                " or restore them from a backup of the store."
            )
