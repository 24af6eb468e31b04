"""manage.py unfollow ID: stays with what is held."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.accounts.callers import operator
from hub.errors import HubError
from hub.mirroring.following import unfollow
from hub.mirroring.management.naming import add_wish, request_named


class Command(BaseCommand):
    help = "Ends following; what is held stays held and is served."

    def add_arguments(self, parser: CommandParser) -> None:
        add_wish(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            request = request_named(options)
            unfollow(request, operator())
        except HubError as error:
            raise CommandError(error.words) from error
        self.stdout.write(f"{request} is no longer followed.")
