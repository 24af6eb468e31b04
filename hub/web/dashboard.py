"""The first page of the admin: what waits, what runs, what is held; and the menu beside every page."""

from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse

from hub.blobs.models import Blob, Damage
from hub.catalog.models import Repo
from hub.mirroring.models import Pause, Request, Transfer
from hub.mirroring.presence import alive
from hub.mirroring.quota import room_now
from hub.sizes import human_bytes

_MENU = (
    (
        "Mirroring",
        (
            ("Requests", "inbox", "mirroring.request"),
            ("Transfers", "downloading", "mirroring.transfer"),
            ("Workers", "engineering", "mirroring.worker"),
            ("Pauses", "pause_circle", "mirroring.pause"),
            ("Followed", "sync", "mirroring.follow"),
        ),
    ),
    (
        "Held",
        (
            ("Repos", "deployed_code", "catalog.repo"),
            ("Revisions", "commit", "catalog.revision"),
            ("Files", "draft", "catalog.repofile"),
            ("Blobs", "database", "blobs.blob"),
            ("Damaged blobs", "heart_broken", "blobs.damage"),
        ),
    ),
    (
        "Sources and rules",
        (
            ("Upstreams", "cloud_download", "upstreams.upstream"),
            ("Rules", "rule", "policy.rule"),
            ("Other names", "translate", "catalog.synonym"),
        ),
    ),
    (
        "People",
        (
            ("Users", "person", "accounts.user"),
            ("Roles", "group", "auth.group"),
            ("Tokens", "key", "accounts.accesstoken"),
            ("Audit events", "history", "accounts.event"),
            ("Changes in the admin", "edit_note", "admin.logentry"),
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
            groups.append({"title": title, "items": items})
    return groups


def _entry(title: str, icon: str, model: str) -> dict[str, str]:
    app, name = model.split(".")
    return {
        "title": title,
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
        _count("Waiting for approval", requests["waiting"], f"{requests_page}?state__exact=waiting"),
        _count("Being fetched", requests["fetching"], f"{requests_page}?state__exact=fetching"),
        _count("Failed requests", requests["failed"], f"{requests_page}?state__exact=failed"),
        _count("Running transfers", running, reverse("admin:mirroring_transfer_changelist")),
        _count("Held repos", Repo.objects.filter(held=True).count(), reverse("admin:catalog_repo_changelist")),
        _count("Workers alive", alive().count(), reverse("admin:mirroring_worker_changelist")),
        *_troubles(),
        _count("Room left", _room_left(), reverse("web:docs", args=["operator"])),
        _count("Stored", human_bytes(blobs["bytes"] or 0), reverse("admin:blobs_blob_changelist")),
    ]


def _room_left() -> str:
    left = room_now().left
    return "no bound" if left is None else human_bytes(max(0, left))


def _troubles() -> list[dict[str, str]]:
    """Damaged blobs, and pauses, where there are any."""
    paused = Pause.objects.count()
    pauses = [_count("Paused", paused, reverse("admin:mirroring_pause_changelist"))] if paused else []
    open_damages = Damage.objects.filter(repaired_at=None).count()
    page = reverse("admin:blobs_damage_changelist")
    damages = [_count("Damaged blobs", open_damages, f"{page}?repaired_at__isempty=1")] if open_damages else []
    return [*pauses, *damages]


def _count(title: str, value: int | str, link: str) -> dict[str, str]:
    return {"title": title, "value": str(value), "link": link}
