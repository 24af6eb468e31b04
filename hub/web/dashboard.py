"""The first page of the admin: what waits, what runs, what is held; and the menu beside every page."""

from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.blobs.models import Blob, Damage
from hub.catalog.models import Repo
from hub.measures import human_bytes
from hub.mirroring.models import Pause, Request, Transfer
from hub.mirroring.presence import alive
from hub.mirroring.quota import room_now

_MENU = (
    (
        _("Mirroring"),
        (
            (_("Requests"), "inbox", "mirroring.request"),
            (_("Transfers"), "downloading", "mirroring.transfer"),
            (_("Workers"), "engineering", "mirroring.worker"),
            (_("Pauses"), "pause_circle", "mirroring.pause"),
            (_("Followed"), "sync", "mirroring.follow"),
        ),
    ),
    (
        _("Held"),
        (
            (_("Repos"), "deployed_code", "catalog.repo"),
            (_("Revisions"), "commit", "catalog.revision"),
            (_("Files"), "draft", "catalog.repofile"),
            (_("Blobs"), "database", "blobs.blob"),
            (_("Damaged blobs"), "heart_broken", "blobs.damage"),
        ),
    ),
    (
        _("Sources and rules"),
        (
            (_("Upstreams"), "cloud_download", "upstreams.upstream"),
            (_("Rules"), "rule", "policy.rule"),
            (_("Other names"), "translate", "catalog.synonym"),
        ),
    ),
    (
        _("People"),
        (
            (_("Users"), "person", "accounts.user"),
            (_("Roles"), "group", "auth.group"),
            (_("Tokens"), "key", "accounts.accesstoken"),
            (_("Audit events"), "history", "accounts.event"),
            (_("Changes in the admin"), "edit_note", "admin.logentry"),
        ),
    ),
)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds the counts, and the requests that wait, for people who may see them."""
    if request.user.has_perm("mirroring.view_request"):
        context["counts"] = _counts()
        waiting = Request.objects.filter(state=Request.State.WAITING).select_related("upstream")
        context["waiting"] = waiting.order_by("created_at")[:10]
    return context


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu; entries that a person may not see are left out."""
    groups = []
    for title, entries in _MENU:
        items = [item for item in (_entry(*entry) for entry in entries) if request.user.has_perm(item["needs"])]
        if items:
            groups.append({"title": str(title), "items": items})
    return groups


def _entry(title: Promise, icon: str, model: str) -> dict[str, str]:
    app, name = model.split(".")
    return {
        "title": str(title),
        "icon": icon,
        "link": reverse(f"admin:{app}_{name}_changelist"),
        "needs": f"{app}.view_{name}",
    }


def _counts() -> list[dict[str, str]]:
    requests = Request.objects.aggregate(
        waiting=Count("pk", filter=Q(state=Request.State.WAITING)),
        fetching=Count("pk", filter=Q(state__in=[Request.State.APPROVED, Request.State.FETCHING])),
        failed=Count("pk", filter=Q(state=Request.State.FAILED)),
    )
    running = Transfer.objects.filter(state=Transfer.State.QUEUED).exclude(lease_owner="").count()
    blobs = Blob.objects.aggregate(bytes=Sum("size"))
    requests_page = reverse("admin:mirroring_request_changelist")
    return [
        _count(_("Waiting for approval"), requests["waiting"], f"{requests_page}?state__exact=waiting"),
        _count(_("Being fetched"), requests["fetching"], f"{requests_page}?state__exact=fetching"),
        _count(_("Failed requests"), requests["failed"], f"{requests_page}?state__exact=failed"),
        _count(_("Running transfers"), running, reverse("admin:mirroring_transfer_changelist")),
        _count(_("Held repos"), Repo.objects.filter(held=True).count(), reverse("admin:catalog_repo_changelist")),
        _count(_("Workers alive"), alive().count(), reverse("admin:mirroring_worker_changelist")),
        *_troubles(),
        _count(_("Room left"), _room_left(), reverse("web:docs", args=["operator"])),
        _count(_("Stored"), human_bytes(blobs["bytes"] or 0), reverse("admin:blobs_blob_changelist")),
    ]


def _room_left() -> str:
    left = room_now().left
    return str(_("no bound")) if left is None else human_bytes(max(0, left))


def _troubles() -> list[dict[str, str]]:
    """Damaged blobs, and pauses, where there are any."""
    paused = Pause.objects.count()
    pauses = [_count(_("Paused"), paused, reverse("admin:mirroring_pause_changelist"))] if paused else []
    open_damages = Damage.objects.filter(repaired_at=None).count()
    page = reverse("admin:blobs_damage_changelist")
    damages = [_count(_("Damaged blobs"), open_damages, f"{page}?repaired_at__isempty=1")] if open_damages else []
    return [*pauses, *damages]


def _count(title: Promise, value: int | str, link: str) -> dict[str, str]:
    return {"title": str(title), "value": str(value), "link": link}
