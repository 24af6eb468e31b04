"""What a hub needs to run, whether it has it, and what to do where it has not. For staff alone: it tells about the
machine."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.checks import WARNING
from django.db import connection
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hub.accounts.models import User
from hub.checks import check_settings
from hub.errors import HubError
from hub.measures import human_bytes
from hub.mirroring.presence import alive
from hub.mirroring.quota import room_now
from hub.upstreams.models import Upstream
from hub.upstreams.patience import patience
from hub.upstreams.registry import client_for
from hub.web.health import PARTS, WARNINGS, problem
from hub.web.spoken import spoken

GOOD, WARN, BAD, UNKNOWN = "good", "warn", "bad", "unknown"
UPSTREAM_SECONDS = 5.0
"""As long as a person waits for one line of the list."""
_UPSTREAM = "upstream-"


@dataclass(frozen=True)
class Check:
    """One line: `level` is good, warn, bad, or unknown as long as it was not looked at. `link` is (address, label)."""

    key: str
    title: str | Promise
    level: str
    sentence: str = ""
    next_step: str = ""
    link: tuple[str, str] | None = None


def checklist(now: bool = False) -> list[Check]:
    """What takes time is UNKNOWN, and asked for one by one with `look`; `now` looks at everything."""
    slow = [look(key) if now else Check(key, title, UNKNOWN) for key, title in _slow().items()]
    return [*_quick(), *(one for one in slow if one is not None)]


def look(key: str) -> Check | None:
    """One of the lines that take time; None for a key that is none."""
    title = _slow().get(key)
    if title is None:
        return None
    if key.startswith(_UPSTREAM):
        return _upstream(key, title)
    return {"store": _store, "broker": _broker, "password": _password}[key](key, title)


def _quick() -> Iterator[Check]:
    yield _database()
    yield _workers()
    yield _room()
    yield _key()
    yield from _settings()
    if not Upstream.objects.filter(enabled=True).exists():
        step, link = _("Add one, or switch one on."), (reverse("admin:upstreams_upstream_changelist"), _("Upstreams"))
        yield Check("upstreams", gettext_lazy("Upstreams"), BAD, _("None is switched on."), step, link)


def _slow() -> dict[str, str | Promise]:
    """Keys and titles."""
    upstreams = Upstream.objects.filter(enabled=True).values_list("slug", flat=True)
    return {
        "store": gettext_lazy("Store"),
        "broker": gettext_lazy("Broker"),
        "password": gettext_lazy("Admin's password"),
        **{f"{_UPSTREAM}{slug}": _("Upstream %(name)s") % {"name": slug} for slug in upstreams},
    }


def _database() -> Check:
    wrong = problem(PARTS["database"]) or problem(PARTS["migrations"])
    if wrong:
        return Check("database", gettext_lazy("Database"), BAD, wrong)
    name = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    return Check("database", gettext_lazy("Database"), GOOD, _("%(name)s, with up-to-date tables.") % {"name": name})


def _workers() -> Check:
    count, title = alive().count(), gettext_lazy("Worker")
    if not count:
        step = _("Start one: `manage.py serve` runs one beside the pages, `manage.py work` is one.")
        return Check("workers", title, BAD, _("No worker gives a sign of life, so nothing is fetched."), step)
    if wrong := problem(WARNINGS["workers"]):
        return Check("workers", title, WARN, wrong)
    alive_now = ngettext("%(count)s worker is alive.", "%(count)s workers are alive.", count) % {"count": count}
    return Check("workers", title, GOOD, alive_now)


def _room() -> Check:
    title, room = gettext_lazy("Room"), room_now()
    if wrong := problem(WARNINGS["room"]):
        return Check("room", title, BAD, wrong)
    if room.left is None:
        return Check("room", title, GOOD, _("Nothing bounds the store."), _("HUB_QUOTA can."))
    return Check("room", title, GOOD, _("There is room for %(size)s.") % {"size": human_bytes(room.left)})


def _key() -> Check:
    title = gettext_lazy("Secret key")
    if not settings.SECRET_KEY_IS_OURS:
        return Check("key", title, GOOD, _("It comes from HUB_SECRET_KEY."))
    step = _("It seals the upstreams' tokens: keep it with your backups.")
    return Check("key", title, GOOD, _("The hub made one and keeps it in its data directory."), step)


def _settings() -> Iterator[Check]:
    title = gettext_lazy("Settings")
    wrong = [message for message in check_settings() if message.level >= WARNING]
    for number, message in enumerate(wrong):
        level = WARN if message.level == WARNING else BAD
        yield Check(f"settings-{number}", title, level, str(message.msg), str(message.hint or ""))
    if not wrong:
        yield Check("settings", title, GOOD, _("They make sense together."))


def _store(key: str, title: str | Promise) -> Check:
    if wrong := problem(PARTS["store"]):
        return Check(key, title, BAD, wrong)
    is_bucket = settings.STORE_URL.startswith("s3:")
    return Check(key, title, GOOD, _("A bucket, and writable.") if is_bucket else _("A directory, and writable."))


def _broker(key: str, title: str | Promise) -> Check:
    if settings.EMBEDDED:
        step = _("HUB_BROKER_URL names one, for workers on other machines.")
        return Check(key, title, GOOD, _("None is needed: the worker beside the pages finds its work itself."), step)
    if wrong := problem(WARNINGS["broker"]):
        return Check(key, title, WARN, wrong)
    return Check(key, title, GOOD, _("It answers."))


def _password(key: str, title: str | Promise) -> Check:
    """Whether the first account still has the password that stands in the environment."""
    if not settings.ADMIN_PASSWORD:
        return Check(key, title, GOOD, _("It was made at random, and is written nowhere."))
    admins = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")[:5]
    if any(admin.check_password(settings.ADMIN_PASSWORD) for admin in admins):
        sentence = _("It is still the one in HUB_ADMIN_PASSWORD, which others may read there.")
        return Check(key, title, WARN, sentence, _("Change it in the admin, under Users."))
    return Check(key, title, GOOD, _("It is not the one in HUB_ADMIN_PASSWORD any more."))


def _upstream(key: str, title: str | Promise) -> Check:
    row = Upstream.objects.filter(enabled=True, slug=key.removeprefix(_UPSTREAM)).first()
    if row is None:
        return Check(key, title, WARN, _("It was switched off a moment ago."))
    link = (reverse("admin:upstreams_upstream_change", args=[row.pk]), _("Address and token"))
    try:
        with patience(UPSTREAM_SECONDS):
            client_for(row).check()
    except HubError as error:
        step = spoken(error.next_step) or _("See whether this machine reaches %(url)s.") % {"url": row.url}
        return Check(key, title, BAD, spoken(HubError(error.sentence)), step, link)
    words = _("It answers, and takes the token.") if row.sealed_token else _("It answers. No token is set.")
    return Check(key, title, GOOD, words, link=link)
