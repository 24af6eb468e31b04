"""What `manage.py pin` and `manage.py unpin` share."""

from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandParser

from hub.accounts.callers import operator
from hub.mirroring.eviction import pin
from hub.mirroring.management.held import add_held, repo_named, revisions_named


class PinningCommand(BaseCommand):
    pinned: ClassVar[bool]

    def add_arguments(self, parser: CommandParser) -> None:
        add_held(parser)
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        row = revisions_named(options)[0] if options["revision"] else repo_named(options)
        pin(row, operator(), self.pinned, options["reason"])
        self.stdout.write(
            f"{row} is {'pinned: it is never evicted to make room' if self.pinned else 'no longer pinned'}."
        )
