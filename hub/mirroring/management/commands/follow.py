"""manage.py follow ID: goes with what upstream does to a mirrored repo."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.accounts.callers import operator
from hub.errors import HubError
from hub.mirroring.following import follow, look_now
from hub.mirroring.management.naming import add_following, add_wish, following_of, request_named


class Command(BaseCommand):
    help = "Follows the branch of a repo that is mirrored already, or changes how; --now looks at once."

    def add_arguments(self, parser: CommandParser) -> None:
        add_wish(parser)
        add_following(parser)
        parser.add_argument("--now", action="store_true", help="look at upstream at once")
        parser.add_argument("--pause", action="store_true", help="stop looking until `follow` is said again")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            row = follow(request_named(options), operator(), **following_of(options), active=not options["pause"])
            if options["now"]:
                look_now(row, operator())
        except HubError as error:
            raise CommandError(error.words) from error
        how = f"is followed every {row.every // 60} min" if row.active else "is paused"
        self.stdout.write(f"{row} {how}. List all with: manage.py follows")
