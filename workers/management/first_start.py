"""What a hub needs before it can serve: tables, the seeds (once in its life), an admin and a first token.

Any number of processes may prepare the same hub at once, on one host or on many; one does it, the others wait.
"""

import fcntl
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.accounts.models import Event, User
from hub.accounts.roles import seed_roles
from hub.accounts.tokens import issue
from hub.policy.quick_start import seed_rules
from hub.upstreams.seed import seed_upstreams

ADMIN = "admin"
_LOCK_NUMBER = 0x656E7472
"""Of Postgres' advisory locks: the first letters of the hub's name."""


@dataclass(frozen=True)
class Welcome:
    """What is shown to a person once. Both are "" on every later start; `password` also where the person chose it."""

    password: str = ""
    token: str = ""


def prepare() -> Welcome:
    """Migrates, seeds what was never seeded, and makes the admin of a hub that has no users."""
    _take_time()
    with _alone():
        call_command("migrate", interactive=False, verbosity=0)
        seed_roles()
        _once("first upstream", seed_upstreams)
        _once("quick-start rules", seed_rules)
        with transaction.atomic():
            return _make_admin() if not User.objects.exists() else Welcome()


def _take_time() -> None:
    """Making an index over a million rows takes longer than any statement of a running hub may."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")


def _once(name: str, seed: Callable[[], None]) -> None:
    """Runs a seed the first time in the hub's life: rows that an admin deletes afterwards stay deleted."""
    with transaction.atomic():
        if not Event.objects.filter(verb="hub.seeded", subject=name).exists():
            seed()
            record(SYSTEM, "hub.seeded", name)


def _make_admin() -> Welcome:
    password = settings.ADMIN_PASSWORD or secrets.token_urlsafe(15)
    admin = User.objects.create_superuser(ADMIN, password=password)
    record(SYSTEM, "hub.first_start", f"user {ADMIN}")
    return Welcome("" if settings.ADMIN_PASSWORD else password, issue(admin, "first start"))


@contextmanager
def _alone() -> Iterator[None]:
    """Postgres keeps the lock for every host; SQLite has one host, where a locked file does it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK_NUMBER])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_NUMBER])
        return
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with open(settings.DATA_DIR / "prepare.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
