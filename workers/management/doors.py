"""What the start-up commands share: each thing that can go wrong becomes one clear line."""

from django.conf import settings
from django.core.management.base import CommandError
from django.db import Error as DatabaseError

from workers.management.address import port_problem
from workers.management.first_start import Welcome, prepare


def prepared() -> Welcome:
    """Prepares the hub. Raises CommandError in words where the database does not let it."""
    try:
        return prepare()
    except DatabaseError as error:
        where = settings.DATABASES["default"]
        place = where["HOST"] or where["NAME"]
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CommandError(f"The database at {place} does not work: {first}. Look at HUB_DATABASE_URL.") from error


def insist_on_port() -> None:
    """Raises CommandError where HUB_HOST:HUB_PORT cannot be listened at."""
    if problem := port_problem():
        raise CommandError(problem)
