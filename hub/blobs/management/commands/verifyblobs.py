"""Re-reads blobs and compares their digests."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.blobs.housekeeping import Condition, verify_blobs


class Command(BaseCommand):
    help = "Re-read the bytes that are held and re-hash them. Reports what is missing or wrong; deletes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, help="at most so many blobs, the longest unchecked first")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = dict.fromkeys(Condition, 0)
        for finding in verify_blobs(options["limit"]):
            counts[finding.condition] += 1
            if finding.condition is not Condition.FINE:
                self.stderr.write(f"{finding.condition.value}  sha256:{finding.sha256}  {finding.size:,} bytes")
        self.stdout.write(", ".join(f"{count:,} {condition.value}" for condition, count in counts.items()))
        if counts[Condition.MISSING] or counts[Condition.WRONG]:
            raise CommandError("Some blobs are not what they should be. Restore them from a backup of the store.")
