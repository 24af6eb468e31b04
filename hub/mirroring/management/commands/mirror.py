"""manage.py mirror ID: request and approve as operator."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.accounts.callers import operator
from hub.errors import HubError
from hub.mirroring.decisions import approve, hurry, retry
from hub.mirroring.following import follow
from hub.mirroring.management.naming import add_following, add_wish, following_of
from hub.mirroring.models import Request
from hub.mirroring.steps import look
from hub.mirroring.watching import watch
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoKind
from hub.upstreams.registry import parse_named_id

_ASKS = (Request.State.WAITING, Request.State.REFUSED)
_REASON = "mirrored by an operator at the terminal"


class Command(BaseCommand):
    help = (
        "Mirrors a repo: requests it and approves it as operator. Exit code 0 = published (or queued without --wait)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_wish(parser)
        parser.add_argument("--follow", action="store_true", help="go with what upstream does to it from now on")
        add_following(parser)
        parser.add_argument(
            "--wait", action="store_true", help="show a progress bar until it is published or has failed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            request = self._request(options)
            if options["follow"]:
                follow(request, operator(), **following_of(options))
        except HubError as error:
            raise CommandError(error.words) from error
        if options["wait"]:
            watch(request)
        self._tell(request)

    def _request(self, options: dict[str, Any]) -> Request:
        upstream, repo_id = parse_named_id(options["id"])
        kind, caller = RepoKind(options["kind"]), operator()
        wish = Wish(upstream, kind, repo_id, options["revision"], tuple(options["include"]), tuple(options["exclude"]))
        request = submit(wish, caller)
        if request.state in (Request.State.FAILED, Request.State.CANCELLED):
            # A client that asks too soon is told of the last failure; an operator who asks means it.
            retry(request, caller)
        elif request.state == Request.State.FETCHING:
            hurry(request, caller)
        self._look(request)
        if request.state in _ASKS and not approve(request, caller, _REASON):
            # It was refused before anything was known of it: its commit is looked up first, then let in.
            self._look(request)
            if request.state in _ASKS:
                approve(request, caller, _REASON)
        return request

    def _look(self, request: Request) -> None:
        """Here and now, so that a slip in the id is told at once, worker or not."""
        look(request.pk)
        request.refresh_from_db()

    def _tell(self, request: Request) -> None:
        if request.state == Request.State.FAILED:
            raise CommandError(f"Request {request.pk} failed. {request.error}")
        if request.state == Request.State.PUBLISHED:
            self.stdout.write(f"Published {request} at commit {request.commit}.")
        elif request.state in (Request.State.WAITING, Request.State.REFUSED):
            self.stderr.write(
                f"Request {request.pk} is {request.get_state_display().lower()}: {request.verdict_reason}"
            )
            sys.exit(1)
        else:
            self.stdout.write(
                f"Request {request.pk} is under way; follow it with: manage.py requests --id {request.pk}"
            )
