"""What `manage.py pause` and `manage.py resume` share: requests by number, an upstream, or the whole hub."""

from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.accounts.callers import Caller, operator
from hub.errors import HubError
from hub.mirroring.models import Request
from hub.upstreams.models import Upstream


def request_of(number: int) -> Request:
    """Raises CommandError where there is none."""
    request: Request | None = Request.objects.select_related("upstream").filter(pk=number).first()
    if request is None:
        raise CommandError(f"There is no request {number}. List them with: manage.py requests")
    return request


class SteeringCommand(BaseCommand):
    done: ClassVar[str]

    def steer(self, request: Request, caller: Caller, reason: str) -> None:
        raise NotImplementedError

    def steer_all(self, upstream: Upstream | None, caller: Caller, reason: str) -> None:
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, nargs="*", help="requests by number")
        parser.add_argument("--upstream", metavar="NAME", help="everything of this upstream")
        parser.add_argument("--all", action="store_true", help="the whole hub")
        parser.add_argument("--reason", default="", help="shown to clients that wait")

    def handle(self, *args: Any, **options: Any) -> None:
        if sum(map(bool, (options["id"], options["upstream"], options["all"]))) != 1:
            raise CommandError("Say what: request numbers, --upstream NAME, or --all.")
        try:
            self._steer(options)
        except HubError as error:
            raise CommandError(error.words) from error

    def _steer(self, options: dict[str, Any]) -> None:
        for number in options["id"]:
            self.steer(request_of(number), operator(), options["reason"])
            self.stdout.write(f"Request {number} is {self.done}.")
        if not options["id"]:
            upstream = Upstream.objects.filter(slug=options["upstream"]).first() if options["upstream"] else None
            if options["upstream"] and upstream is None:
                raise CommandError(f"There is no upstream {options['upstream']}.")
            self.steer_all(upstream, operator(), options["reason"])
            self.stdout.write(f"{upstream.slug if upstream else 'The hub'} is {self.done}.")
