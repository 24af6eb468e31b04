"""`manage.py token USER`: prints a new access token."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.accounts.models import User
from hub.accounts.tokens import issue


class Command(BaseCommand):
    help = "Prints a new access token of a user. The text is shown this once; the hub keeps only its sha256."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the name that the user logs in with")
        parser.add_argument("--name", default="command line", help="what the token is for (default: %(default)s)")
        parser.add_argument("--expires", type=int, metavar="DAYS", help="days until it ends (default: never)")
        parser.add_argument("--create", action="store_true", help="make the user, who can pull but not log in")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["expires"]
        if days is not None and days < 1:
            raise CommandError("--expires takes a number of days, at least 1")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        self.stdout.write(issue(_user(options["user"], options["create"]), options["name"], expires_at))


def _user(name: str, create: bool) -> User:
    user = User.objects.filter(username=name).first()
    if user is None and create:
        return User.objects.create_user(name)
    if user is None:
        raise CommandError(f"There is no user {name!r}. Add --create to make one, or see the users in the admin.")
    return user
