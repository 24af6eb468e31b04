"""What `manage.py approve` and `manage.py refuse` share: request numbers, a reason, and the operator's name."""

from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.accounts.callers import Caller, operator
from hub.errors import HubError
from hub.mirroring.models import Request


class DecidingCommand(BaseCommand):
    done: ClassVar[str]

    def decide(self, request: Request, caller: Caller, reason: str) -> None:
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, nargs="+")
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        for number in options["id"]:
            request = Request.objects.filter(pk=number).first()
            if request is None:
                raise CommandError(f"There is no request {number}. List them with: manage.py requests")
            try:
                self.decide(request, operator(), options["reason"])
            except HubError as error:
                raise CommandError(error.words) from error
            self.stdout.write(f"Request {number} is {self.done}.")
