"""Re-reads blobs, and has bad ones fetched again."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.blobs.models import Damage
from hub.blobs.scrub import Finding
from hub.errors import HubError
from hub.mirroring.repair import scrub

A_LONG_TIME = 10.0 * 365 * 86400


class Command(BaseCommand):
    help = (
        "Re-read held bytes and re-hash them, at full speed. What is missing or wrong is taken away from readers and"
        " queued to be fetched again from upstream; a worker does that."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="also what was read within HUB_SCRUB_DAYS")
        parser.add_argument(
            "--store-is-lost", action="store_true", help="the store is empty and shall be filled from upstream again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        since = timezone.now() + timedelta(seconds=1) if options["all"] else None
        try:
            done = scrub(A_LONG_TIME, 0, unread_since=since, told=self._tell, store_is_lost=options["store_is_lost"])
        except HubError as error:
            raise CommandError(error.words) from error
        self.stdout.write(f"Read {done.blobs:,} blobs ({done.bytes:,} bytes): {len(done.bad):,} bad.")
        for damage in Damage.objects.filter(repaired_at=None):
            trouble = f": {damage.trouble}" if damage.trouble else ", being fetched again"
            self.stdout.write(f"sha256:{damage.sha256} {damage.get_condition_display().lower()}{trouble}")

    def _tell(self, finding: Finding) -> None:
        if finding.condition:
            self.stderr.write(f"{finding.condition}  sha256:{finding.sha256}  {finding.size:,} bytes")
