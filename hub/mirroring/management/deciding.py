"""What `manage.py approve`, `refuse` and `cancel` share: request numbers, a reason, and the operator's name."""

import re
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.accounts.callers import Caller, operator
from hub.errors import HubError, Moved
from hub.mirroring.management.listing import line_of
from hub.mirroring.models import Request


class DecidingCommand(BaseCommand):
    done: ClassVar[str]
    unknown: ClassVar[str] = ""
    """What happens where `decide` answers False."""
    of_commit: ClassVar[bool] = True
    """Whether it is decided about a commit, which may be written."""

    def decide(self, request: Request, caller: Caller, reason: str, seen: str) -> bool:
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        at = ", or NUMBER@COMMIT as `requests` shows it: then nothing newer is decided about" if self.of_commit else ""
        parser.add_argument("id", nargs="+", help=f"NUMBER{at}")
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        for word in options["id"]:
            request, seen = _named(word, self.of_commit)
            try:
                decided = self.decide(request, operator(), options["reason"], seen)
            except Moved as error:
                raise CommandError(f"{error.words}\n{line_of(request)}") from error
            except HubError as error:
                raise CommandError(error.words) from error
            at = f" at commit {seen[:12]}" if seen and self.of_commit else ""
            self.stdout.write(f"Request {request.pk} is {self.done + at if decided else self.unknown}.")


def _named(word: str, of_commit: bool) -> tuple[Request, str]:
    """The request, and the commit that is meant: the one it is at, unless another one was written."""
    number, _, commit = word.partition("@")
    if not number.isdecimal() or ("@" in word and not of_commit):
        raise CommandError(f"{word!r} is no request number. List them with: manage.py requests")
    if "@" in word and not re.fullmatch("[0-9a-f]{7,40}", commit):
        raise CommandError(f"{commit!r} is no commit. Write at least 7 of its hex digits, as manage.py requests does")
    request = Request.objects.filter(pk=number).first()
    if request is None:
        raise CommandError(f"There is no request {number}. List them with: manage.py requests")
    return request, request.commit if request.commit.startswith(commit) else commit
