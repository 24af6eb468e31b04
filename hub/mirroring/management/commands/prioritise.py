"""manage.py prioritise ID PRIORITY"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.accounts.callers import operator
from hub.errors import HubError
from hub.mirroring.management.steering import request_of
from hub.mirroring.pauses import PRIORITIES
from hub.mirroring.steering import prioritise, priority_named


class Command(BaseCommand):
    help = "Lets requests go before others, or after them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, nargs="+")
        parser.add_argument("priority", help=f"{', '.join(PRIORITIES)}, or a number from -10 to 10")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            priority = priority_named(options["priority"])
            for number in options["id"]:
                prioritise(request_of(number), operator(), priority)
                self.stdout.write(f"Request {number} has priority {priority}.")
        except HubError as error:
            raise CommandError(error.words) from error
