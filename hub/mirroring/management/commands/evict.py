"""Takes revisions away from readers: those that are named, or those that were not pulled for longest."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.accounts.callers import operator
from hub.errors import HubError
from hub.mirroring.eviction import bytes_only_in, bytes_short, evict, retire
from hub.mirroring.management.held import add_held, revisions_named
from hub.sizes import human_bytes


class Command(BaseCommand):
    help = (
        "Remove a held repo or revision from this hub, with a reason. Without an id: make room now, by taking away what"
        " was not pulled for longest. The bytes are freed by the next prune."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_held(parser, required=False)
        parser.add_argument("--reason", default="", help="kept in the audit trail; needed with an id")
        parser.add_argument("--keep-out", action="store_true", help="refuse it: a pull does not bring it back")
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            freed = self._named(options) if options["id"] else self._oldest(options["dry_run"])
        except HubError as error:
            raise CommandError(error.words) from error
        self.stdout.write(
            f"{human_bytes(freed)} {'would be' if options['dry_run'] else 'are'} freed by the next prune."
        )

    def _named(self, options: dict[str, Any]) -> int:
        freed, gone = 0, list[int]()
        for revision in revisions_named(options):
            if options["dry_run"]:
                freed += bytes_only_in(revision.pk, gone)
                gone.append(revision.pk)
            else:
                freed += retire(revision, operator(), options["reason"], options["keep_out"])
            self.stdout.write(f"{'Would remove' if options['dry_run'] else 'Removed'} {revision}")
        return freed

    def _oldest(self, dry_run: bool) -> int:
        if not (short := bytes_short()):
            self.stdout.write("There is room enough (HUB_QUOTA, HUB_LOW_SPACE), and nothing waits for it.")
            return 0
        self.stdout.write(f"{human_bytes(short)} too little.")
        evictions = evict(operator(), dry_run)
        for eviction in evictions:
            verb = "Would evict" if dry_run else "Evicted"
            self.stdout.write(f"{verb} {eviction.revision} ({human_bytes(eviction.bytes)})")
        if sum(eviction.bytes for eviction in evictions) < short:
            self.stdout.write("Nothing else may go: it is pinned, followed, being fetched, or was used lately.")
        return sum(eviction.bytes for eviction in evictions)
