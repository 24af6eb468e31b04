"""The first page: one search over what is held and what could be asked for."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hub.catalog.models import Repo
from hub.errors import BadInput
from hub.index.models import Entry
from hub.index.query import Page
from hub.index.search import search
from hub.mirroring.models import Request
from hub.mirroring.underway import asked_for
from hub.web.facets import chips_of, groups_of, held_counts
from hub.web.fragments import wants_fragment
from hub.web.searching import Asked
from hub.web.setup_page import welcome
from hub.web.sorts import sorts_of
from hub.web.spoken import spoken
from hub.web.visitors import for_pullers, hub_address

PAGE = 25
LONGEST_PLACE = 500
CARRIED = ("author", "tag")
"""Filters without boxes to tick: they come from links, and stay until they are taken away."""


@dataclass(frozen=True)
class Found:
    """One row of what was found, and the request that is open for it."""

    entry: Entry
    request: Request | None


@require_safe
@for_pullers
def home(request: HttpRequest) -> HttpResponse:
    """`?q=`, filters and `?sort=` as in hub.web.searching; `?after=` is the place where the page before ended. htmx
    gets the region that changes: what was found, or with `after` only more rows of it."""
    asked = Asked.of(request.GET)
    if asked.is_blank and not wants_fragment(request) and is_new():
        return welcome(request)
    place, typed = request.GET.get("after", "")[:LONGEST_PLACE], _is_typing(request)
    try:
        query = replace(asked.query, prefix=typed)
        page = search(query, PAGE, place, facets=not (place and wants_fragment(request)))
    except BadInput as error:
        context = {"title": gettext("This page cannot be shown"), "sentence": spoken(error)}
        return render(request, "web/error.html", context, status=error.status)
    context = _context(request, asked, page, place)
    if typed and page.after:
        context["next_page"] = asked.after(page.after, typed)
    if not wants_fragment(request):
        return render(request, "web/search.html", context)
    if place:
        return render(request, "web/_found_rows.html", context)
    response = render(request, "web/_found.html", context)
    # Each filter is a step back in the browser's history; each letter that is typed is not.
    response.headers["HX-Replace-Url" if typed else "HX-Push-Url"] = asked.address
    return response


def _is_typing(request: HttpRequest) -> bool:
    """The last word may be half a word: the box asks while it is written, or more is wanted of what that found."""
    return request.headers.get("HX-Trigger-Name") == "q" or request.GET.get("typed") == "1"


def is_new() -> bool:
    """Nothing is held here, and nobody has asked for anything."""
    return not Repo.objects.exists() and not Request.objects.exists()


def _context(request: HttpRequest, asked: Asked, page: Page, place: str) -> dict[str, Any]:
    requests = asked_for(entry for entry in page.entries if not entry.held)
    return {
        "asked": asked,
        "found": [Found(entry, requests.get(entry.pk)) for entry in page.entries],
        "page": page,
        "next_page": asked.after(page.after) if page.after else "",
        "is_first": not place,
        "groups": groups_of(asked, page.facets, page.total),
        "held": held_counts(page.facets),
        "chosen_held": asked.chosen.get("held", ("",))[0],
        "chips": chips_of(asked),
        "carried": [pair for pair in asked.pairs() if pair[0] in CARRIED],
        "sorts": sorts_of(bool(asked.text)),
        "address": hub_address(request),
        "is_fragment": wants_fragment(request),
    }
