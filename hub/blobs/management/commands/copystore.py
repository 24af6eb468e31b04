"""Moves a hub's bytes to another store."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Sum
from tqdm import tqdm

from hub.blobs.copystore import Outcome, copy_blobs
from hub.blobs.models import Blob
from hub.blobs.store import Store
from hub.blobs.stores import store_at
from hub.errors import HubError
from hub.sizes import human_bytes


class Command(BaseCommand):
    help = "Copy every held blob from one store into another and verify it on the way. Deletes nothing; run it again."
    # The store of the settings may be the one that is being left.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="FROM", help="as HUB_STORE_URL is written")
        parser.add_argument("target", metavar="TO", help="as HUB_STORE_URL is written")
        parser.add_argument("--verify", action="store_true", help="read and hash what is there already, too")
        parser.add_argument("--jobs", type=int, default=8, help="blobs that are copied at the same time (8)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            source, target = store_at(options["source"]), store_at(options["target"])
            if source is target:
                raise CommandError("FROM and TO are the same store.")
            source.check()
            target.check()
            counts, sizes = self._copy(source, target, options["verify"], max(1, options["jobs"]))
        except HubError as error:
            raise CommandError(f"{error.words} Run the command again: it goes on from here.") from error
        words = [f"{counts[outcome]:,} {outcome.value} ({human_bytes(sizes[outcome])})" for outcome in Outcome]
        self.stdout.write(", ".join(words))
        if counts[Outcome.MISSING] or counts[Outcome.WRONG]:
            raise CommandError(
                "Some blobs are missing or wrong in FROM and were not copied; `manage.py scrub` mends them."
            )

    def _copy(
        self, source: Store, target: Store, verify: bool, jobs: int
    ) -> tuple[dict[Outcome, int], dict[Outcome, int]]:
        counts, sizes = dict.fromkeys(Outcome, 0), dict.fromkeys(Outcome, 0)
        total = Blob.objects.aggregate(bytes=Sum("size"))["bytes"] or 0
        with tqdm(total=total, unit="B", unit_scale=True, desc="copystore", disable=None, dynamic_ncols=True) as bar:
            for told in copy_blobs(source, target, verify, jobs):
                counts[told.outcome] += 1
                sizes[told.outcome] += told.size
                if told.outcome in {Outcome.MISSING, Outcome.WRONG}:
                    self.stderr.write(f"{told.outcome.value}  sha256:{told.sha256}  {told.size:,} bytes")
                bar.update(told.size)
                bar.set_postfix_str(f"{counts[Outcome.COPIED]:,} copied", refresh=False)
        return counts, sizes
