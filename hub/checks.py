"""System checks of the settings contract: an id, what is wrong, and a hint that can be followed.

Errors stop the start-up commands; warnings are printed and the hub starts.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from hub.blobs.stores import store
from hub.errors import HubError

LEAST_KEY = 32
"""Characters of HUB_SECRET_KEY: it signs sessions and seals the upstreams' tokens."""


@register()
def check_settings(app_configs: Sequence[Any] | None = None, **options: Any) -> list[CheckMessage]:
    """Everything that can be told from the settings alone, without the database or the network."""
    return [*unknown_names(), *sqlite_with_broker(), *external_url(), *upstream_url(), *secret_key(), *admin_password()]


@register("store")
def check_store(app_configs: Sequence[Any] | None = None, **options: Any) -> list[CheckMessage]:
    try:
        store().check()
    except HubError as error:
        return [Error(error.sentence, hint=error.next_step or "Look at HUB_STORE_URL.", id="hub.E004")]
    return []


def unknown_names() -> Iterator[CheckMessage]:
    known = settings.ENVIRONMENT.names
    for name in settings.ENVIRONMENT.unknown():
        close = get_close_matches(name, known, 1)
        hint = f"Did you mean {close[0]}?" if close else "The operator guide (/-/docs/operator) lists every setting."
        yield Caution(f"{name} is set, but there is no such setting.", hint=hint, id="hub.W001")


def sqlite_with_broker() -> Iterator[CheckMessage]:
    if settings.BROKER_URL and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Error(
            "HUB_BROKER_URL asks for workers on other hosts, and SQLite cannot be shared between hosts.",
            hint="Set HUB_DATABASE_URL to a Postgres database, or leave HUB_BROKER_URL away.",
            id="hub.E001",
        )


def external_url() -> Iterator[CheckMessage]:
    if settings.EXTERNAL_URL and not _is_origin(settings.EXTERNAL_URL):
        yield Error(
            f"HUB_EXTERNAL_URL is {settings.EXTERNAL_URL!r}; clients need scheme and host, without a path.",
            hint="Write it as https://hub.example.org",
            id="hub.E002",
        )


def upstream_url() -> Iterator[CheckMessage]:
    address = urlsplit(settings.HUGGINGFACE_URL)
    if address.scheme not in {"http", "https"} or not address.hostname:
        yield Error(
            f"HUB_HUGGINGFACE_URL is {settings.HUGGINGFACE_URL!r}, which is no web address.",
            hint="Write it as https://huggingface.co",
            id="hub.E003",
        )


def secret_key() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < LEAST_KEY or len(set(settings.SECRET_KEY)) < 8:
        yield Caution(
            "HUB_SECRET_KEY is short or repeats itself; it signs logins and seals the upstreams' tokens.",
            hint=f"Use at least {LEAST_KEY} random characters, or leave it away: the hub makes one and keeps it.",
            id="hub.W002",
        )


def admin_password() -> Iterator[CheckMessage]:
    if settings.ADMIN_PASSWORD and len(settings.ADMIN_PASSWORD) < 10:
        yield Caution(
            "HUB_ADMIN_PASSWORD has fewer than 10 characters.",
            hint="Choose a longer one, or leave it away: the hub makes one and prints it once.",
            id="hub.W003",
        )


def _is_origin(url: str) -> bool:
    address = urlsplit(url)
    return (
        address.scheme in {"http", "https"}
        and bool(address.hostname)
        and address.path in ("", "/")
        and not address.query
        and not address.fragment
        and address.username is None
    )
