"""The page of a repo that an upstream lists and this hub does not hold: what is known of it, what the rules would say,
and the way to ask for it."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hub.catalog.models import Repo
from hub.errors import BadName
from hub.index.models import Entry
from hub.names import RepoId, RepoKind
from hub.policy.models import Rule
from hub.policy.verdicts import Facts, Tried, Verdict, decide, explain
from hub.web.entry_addresses import upstream_page
from hub.web.spoken import spoken
from hub.web.visitors import for_pullers

BYTES_EACH = 2
"""Of a parameter, as most models are published."""


@dataclass(frozen=True)
class Forecast:
    """What the rules say of the facts that the listing tells. File kinds are not among them, and `bytes` may be
    "unknown" or "estimated" (`size`)."""

    verdict: Verdict
    tried: tuple[Tried, ...]
    bytes: int
    size: str


@require_safe
@for_pullers
def entry_detail(request: HttpRequest, upstream: str, kind: str, name: str) -> HttpResponseBase:
    """What is held by now has a page of its own."""
    entry = _found(upstream, kind, name)
    if entry.repo is not None and entry.repo.held:
        return redirect("web:repo", kind=f"{entry.kind}s", name=entry.repo.named)
    repo_id = str(entry.listed_id)
    context = {
        "entry": entry,
        "forecast": forecast_of(entry),
        "upstream_page": upstream_page(entry.upstream, entry.kind, repo_id),
        "ask": _form(entry),
        "bases": _bases(entry),
        "elsewhere": _elsewhere(entry),
    }
    return render(request, "web/entry.html", context)


def forecast_of(entry: Entry) -> Forecast:
    estimate = entry.parameters * BYTES_EACH
    size = "told" if entry.bytes else "estimated" if estimate else "unknown"
    facts = Facts(
        upstream=entry.upstream.slug,
        kind=entry.kind,
        repo_id=str(entry.listed_id),
        licence=entry.licence,
        bytes=entry.bytes or estimate,
        gated=bool(entry.gated),
    )
    rules = list(Rule.objects.filter(enabled=True))
    return Forecast(decide(facts, rules), tuple(explain(facts, rules)), facts.bytes, size)


def _found(upstream: str, kind: str, name: str) -> Entry:
    try:
        key, kinds = RepoId.parse(name).key, RepoKind(kind.removesuffix("s"))
    except (BadName, ValueError) as error:
        words = gettext("%(name)s is not the id of a %(kind)s.") % {"name": name, "kind": spoken(kind)}
        raise Http404(words) from error
    rows = Entry.objects.filter(upstream__slug=upstream, kind=kinds, key=key)
    entry = rows.select_related("upstream", "repo__upstream").first()
    if entry is None:
        words = gettext("The index of %(hub)s has no %(kind)s %(name)s. Search for it, or ask for it by its id.")
        raise Http404(words % {"hub": upstream, "kind": spoken(kinds), "name": name})
    return entry


def _form(entry: Entry) -> str:
    told = {"upstream": entry.upstream.slug, "kind": entry.kind, "repo_id": str(entry.listed_id)}
    return f"{reverse('web:request-new')}?{urlencode(told)}"


def _bases(entry: Entry) -> list[tuple[str, Repo | Entry | None]]:
    names = [str(name) for name in entry.base_models[:20]]
    keys = [name.lower() for name in names]
    entries = Entry.objects.filter(kind=entry.kind, key__in=keys, upstream=entry.upstream_id)
    found: dict[str, Any] = {one.key: one for one in entries.select_related("upstream")}
    held = Repo.objects.filter(kind=entry.kind, key__in=keys, held=True).select_related("upstream")
    found |= {one.key: one for one in held}
    return [(name, found.get(name.lower())) for name in names]


def _elsewhere(entry: Entry) -> list[Entry]:
    """The same id on other upstreams."""
    rows = Entry.objects.filter(kind=entry.kind, key=entry.key, vanished_at=None).exclude(pk=entry.pk)
    return list(rows.select_related("upstream", "repo__upstream")[:10])
