"""The menu on top of every page, and what else the frame of a page is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.web.theme import THEMES, theme_of


def _everybody(request: HttpRequest) -> bool:
    return True


def _staff(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_staff)


@dataclass(frozen=True)
class Section:
    """One entry. It is current on pages whose URL name begins with one of `names`; `is_for` says who sees it."""

    label: Promise
    url: str
    names: tuple[str, ...] = ()
    is_for: Callable[[HttpRequest], bool] = _everybody


SECTIONS = (
    Section(_("Search"), "web:home", ("home", "repo", "entry", "file")),
    Section(_("Requests"), "web:requests", ("request", "review")),
    Section(_("Transfers"), "web:transfers", ("transfer",)),
    Section(_("Storage"), "web:storage", ("storage", "stats")),
    Section(_("Upstreams"), "web:upstreams", ("upstream",)),
    Section(_("Docs"), "web:docs-index", ("docs",)),
    Section(_("Admin"), "admin:index", (), _staff),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor. The sections are a function, as pages of the admin have no use for them. Every language is
    called as its readers call it, so these names are not translated."""
    return {
        "sections": lambda: _sections(request),
        "theme": theme_of(request),
        "themes": THEMES,
        "languages": settings.LANGUAGES,
    }


def _sections(request: HttpRequest) -> list[dict[str, object]]:
    match = request.resolver_match
    here = (match.url_name or "") if match and match.app_name == "web" else ""
    return [
        {"label": one.label, "link": link, "is_current": bool(one.names) and here.startswith(one.names)}
        for one in SECTIONS
        if one.is_for(request) and (link := _link(one.url))
    ]


def _link(name: str) -> str:
    """ "" for a page that this version of the hub does not have."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
