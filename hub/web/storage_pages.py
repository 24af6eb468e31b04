"""The page of what is held: what takes the room, how it grew, how much is left, and how it is looked after."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts.staff import may
from hub.errors import HubError
from hub.measures import human_bytes
from hub.mirroring.holdings import Holdings, RepoUse, glance_at_holdings
from hub.mirroring.quota import Room, room_now
from hub.mirroring.upkeep import glance_at_upkeep
from hub.web.charts import BYTES, Group, Leaf, Treemap, day_bars, treemap
from hub.web.visitors import for_pullers

TILES = 60
TABLE = 12
PATIENCE = 3.0
"""Seconds that the page waits for numbers that are counted for the first time since this process began."""
STAYS = {"pinned": _("pinned"), "followed": _("followed"), "lately": _("used lately"), "": _("may go")}


@require_safe
@never_cache
@for_pullers
def storage(request: HttpRequest) -> HttpResponse:
    """Numbers for everybody who may pull; damage and what may go next for staff who may view blobs and revisions."""
    told = glance_at_holdings(PATIENCE)
    context = {"room": _room(), "told": told, **(_counted(told.value) if told else {})}
    sees_damage, sees_revisions = may(request, "blobs.view_damage"), may(request, "catalog.view_revision")
    kept = glance_at_upkeep(PATIENCE) if sees_damage or sees_revisions else None
    if kept:
        quiet = [(one, STAYS[one.stays]) for one in kept.value.quiet]
        context |= {"upkeep": kept.value, "quiet": quiet if sees_revisions else [], "sees_damage": sees_damage}
    return render(request, "web/storage.html", context)


def _counted(now: Holdings) -> dict[str, object]:
    return {
        "held": now,
        "maps": [("wide-shape", _map(now, 1100, 480)), ("narrow", _map(now, 360, 520))],
        "repos": now.repos[:TABLE],
        "parts": [(_("By kind"), now.kinds), (_("By upstream"), now.upstreams), (_("By format"), now.formats[:12])],
        "arrived": day_bars(now.days, gettext("Arrived by day"), BYTES),
        "stored": day_bars(now.totals, gettext("Stored at the end of the day"), BYTES),
    }


def _room() -> Room | None:
    """None where the store cannot be asked; the rest of the page needs no store."""
    try:
        return room_now()
    except (HubError, OSError):
        return None


def _map(now: Holdings, width: float, height: float) -> Treemap:
    shown = now.repos[:TILES]
    spaces: dict[str, list[Leaf]] = {}
    for use in shown:
        spaces.setdefault(use.namespace or use.name, []).append(_leaf(use))
    groups = [Group(name, tuple(leaves)) for name, leaves in spaces.items()]
    return treemap([*groups, *_rest(now, shown)], width, height)


def _leaf(use: RepoUse) -> Leaf:
    link = reverse("web:repo", args=[f"{use.kind}s", use.named]) if use.held else ""
    return Leaf(use.repo_id, use.part, human_bytes(use.part), link, use.kind)


def _rest(now: Holdings, shown: Sequence[RepoUse]) -> list[Group]:
    """The many small repos, and what no file has, as one tile each."""
    others = now.other_bytes + sum(use.part for use in now.repos[len(shown) :])
    tiles = [(gettext("other repos"), others), (gettext("unused"), now.unused)]
    return [Group(name, (Leaf(name, size, human_bytes(size), "", "other"),)) for name, size in tiles if size]
