"""The form for a new request, with a dry run: what the wish would cost, and what would become of it."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hub.catalog.holders import Holder, holders_of
from hub.catalog.sameness import WEIGHTS
from hub.catalog.synonyms import suggest
from hub.errors import HubError, RepoMissing
from hub.index.models import Entry
from hub.index.query import Query
from hub.index.search import search
from hub.measures import human_seconds
from hub.mirroring.dry_run import DryRun, dry_run
from hub.mirroring.speeds import seconds_to_fetch
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId
from hub.upstreams.patience import patience
from hub.web.forms import WishForm, prefilled
from hub.web.fragments import wants_fragment
from hub.web.pace import place, seconds_until_next
from hub.web.spoken import spoken
from hub.web.visitors import for_pullers, visitor

PATIENCE = 8.0
"""Seconds that a person waits for the upstream's word."""
SHOWN_FILES = 300
SIMILAR = 5

_WEIGHTS = tuple(WEIGHTS.split())


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_pullers
def request_new(request: HttpRequest) -> HttpResponse:
    """The address may fill the form in. A POST with `check` looks what the wish would cost, any other one asks."""
    if request.method != "POST":
        initial = prefilled(request.GET.dict())
        return _page(request, WishForm(initial=initial), check_at_once="repo_id" in initial)
    form = WishForm(request.POST)
    if "check" in request.POST:
        return _checked(request, form)
    if form.is_valid():
        try:
            row = submit(form.wish(), visitor(request))
        except HubError as error:
            form.add_error(None, spoken(error))
        else:
            return redirect("web:request", pk=row.pk)
    return _page(request, form, status=422)


def _checked(request: HttpRequest, form: WishForm) -> HttpResponse:
    """The dry run, as a part of the page or with all of it."""
    context, status = _told(request, form)
    if wants_fragment(request):
        # htmx shows answers of these two kinds only.
        return render(request, "web/_dry_run.html", {"form": form, **context}, status=422 if status == 422 else 200)
    return _page(request, form, status=status, **context)


def _told(request: HttpRequest, form: WishForm) -> tuple[dict[str, Any], int]:
    if not form.is_valid():
        return {}, 422
    if wait := seconds_until_next(visitor(request)):
        words = gettext("You have checked often within a minute. Wait %(time)s, or ask without a check.")
        return {"trouble": words % {"time": human_seconds(wait)}}, 429
    with place(patience=1.0) as taken:
        if not taken:
            return {"trouble": gettext("Too many people check at this moment. Try again, or ask without a check.")}, 503
        try:
            with patience(PATIENCE):
                dry = dry_run(form.wish())
        except HubError as error:
            return {"trouble": spoken(error)}, error.status
    return {"dry": dry, **_around(dry)}, 200


def _around(dry: DryRun) -> dict[str, Any]:
    """What this hub knows by itself beside the dry run."""
    patterns = dry.wish.patterns
    wanted = [(file, patterns.wants(file.path)) for file in dry.listing]
    to_fetch = dry.shares.to_fetch
    missing = isinstance(dry.error, RepoMissing)
    return {
        "seconds": seconds_to_fetch(dry.wish.upstream, to_fetch) if to_fetch else None,
        # What is wanted comes first: a repo may have more files than anybody reads.
        "listing": sorted(wanted, key=lambda entry: not entry[1])[:SHOWN_FILES],
        "more_files": max(0, len(wanted) - SHOWN_FILES),
        "room": max(0, dry.room or 0),
        "holders": _holders(dry),
        "suggestion": suggest(dry.wish.kind, dry.wish.repo_id, dry.wish.upstream.kind) if missing else None,
        "similar": _similar(dry.wish) if missing else (),
    }


def _holders(dry: DryRun) -> list[Holder]:
    wish = dry.wish
    weights = {
        file.sha256: file.size
        for file in dry.listing
        if file.sha256 and file.path.lower().endswith(_WEIGHTS) and wish.patterns.wants(file.path)
    }
    itself = Q(upstream=wish.upstream, kind=wish.kind.value, key=dry.repo_id.lower())
    return holders_of(weights, without=itself) if weights else []


def _similar(wish: Wish) -> list[tuple[Entry, RepoId]]:
    """What the index has under a name like this one, with the ids."""
    try:
        found = search(Query(text=wish.repo_id.name, kinds=[wish.kind]), SIMILAR).entries
    except HubError:
        return []
    others = [entry for entry in found if (entry.upstream_id, entry.key) != (wish.upstream.pk, wish.repo_id.key)]
    return [(entry, RepoId(entry.namespace, entry.name)) for entry in others]


def _page(request: HttpRequest, form: WishForm, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "web/request_new.html", {"form": form, **context}, status=status)
