"""The request pages: the list to choose from, one request with all that a decision needs, and the decisions."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from hub.accounts.models import Event
from hub.backoffice import LookOnly
from hub.mirroring.admin.deciding import (
    APPROVE,
    CANCEL,
    FOLLOW,
    MAKE_LOW,
    MAKE_NORMAL,
    MAKE_URGENT,
    PAUSE,
    REFUSE,
    RESUME,
    RETRY,
    Decision,
    decide_page,
)
from hub.mirroring.admin.facets import GatedFilter, LicenceFilter, RiskFilter
from hub.mirroring.follow import Follow
from hub.mirroring.models import Asker, Request
from hub.mirroring.pauses import PRIORITIES, URGENT
from hub.mirroring.progress import progress_of, transfers_of
from hub.mirroring.standing import standing_of
from hub.mirroring.steering import UNDER_WAY
from hub.sizes import human_bytes

State = Request.State
_COLOURS = {
    State.NEW: "",
    State.WAITING: "warning",
    State.APPROVED: "info",
    State.FETCHING: "info",
    State.PUBLISHED: "success",
    State.REFUSED: "danger",
    State.FAILED: "danger",
    State.CANCELLED: "",
}
_FITTING = {
    "approve": {State.WAITING, State.REFUSED},
    "refuse": {State.NEW, State.WAITING, State.APPROVED, State.FAILED},
    "retry": {State.FAILED, State.CANCELLED},
    "pause": set(UNDER_WAY),
    "resume": set(UNDER_WAY),
    "cancel": {*UNDER_WAY, State.FAILED},
    "urgent": set(UNDER_WAY),
    "normal": set(UNDER_WAY),
    "follow": set(State) - {State.REFUSED},
}
"""Which button fits which state; the decision itself checks again, in the database."""


def _fits(button: str, row: Request) -> bool:
    if button in ("pause", "resume") and row.paused == (button == "pause"):
        return False
    if button in ("urgent", "normal") and row.priority == PRIORITIES[button]:
        return False
    return row.state in _FITTING[button]


@admin.register(Request)
class RequestPages(LookOnly):
    list_display = ["title", "badge", "size", "licence", "gated", "asked_by", "progress", "created_at"]
    list_filter = ["state", "kind", "upstream", "verdict", LicenceFilter, GatedFilter, RiskFilter]
    list_select_related = ["upstream", "revision"]
    search_fields = ["key", "askers__label"]
    search_help_text = "A repo's id, or who asked"
    date_hierarchy = "created_at"
    actions = [
        "approve_selected",
        "refuse_selected",
        "retry_selected",
        "pause_selected",
        "resume_selected",
        "cancel_selected",
        "urgent_selected",
        "normal_selected",
        "low_selected",
    ]
    actions_detail = ["approve", "refuse", "retry", "pause", "resume", "cancel", "urgent", "normal", "follow"]
    fieldsets = ((None, {"fields": ()}),)

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("mirroring.decide_request")

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("mirroring.operate_hub")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Request]:
        askers = Asker.objects.filter(request=OuterRef("pk")).order_by("pk")
        rows: QuerySet[Request] = super().get_queryset(request)
        return rows.annotate(
            first_asker=Subquery(askers.values("label")[:1]), asker_count=Count("askers", distinct=True)
        )

    def get_urls(self) -> list[URLPattern]:
        live = self.admin_site.admin_view(never_cache(self.live))
        return [path("<int:pk>/live/", live, name="mirroring_request_live"), *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons that fit the request's state."""
        row = Request.objects.filter(pk=object_id).first()
        found = super().get_actions_detail(request, object_id)
        return [entry for entry in found if row and _fits(entry.path, row)]

    def live(self, request: HttpRequest, pk: int) -> JsonResponse:
        """What the page of a request polls."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return JsonResponse(standing_of(get_object_or_404(Request, pk=pk)))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        row = Request.objects.select_related("upstream", "revision__repo", "decided_by").filter(pk=object_id).first()
        extra = {**(extra_context or {}), **(_detail(row) if row else {})}
        return super().changeform_view(request, object_id, form_url, extra)

    # Columns.

    @display(description="Repo", header=True, ordering="key")
    def title(self, row: Request) -> list[str]:
        ref = f" @ {row.ref}" if row.ref else ""
        part = " (some of the files)" if row.include or row.exclude else ""
        return [row.repo_id, f"{row.kind} from {row.upstream.slug}{ref}{part}"]

    @display(description="State", ordering="state", label=_COLOURS)
    def badge(self, row: Request) -> tuple[str, str]:
        more = ", paused" if row.paused else ""
        more += f", {'urgent' if row.priority >= URGENT else f'priority {row.priority}'}" if row.priority else ""
        return row.state, f"{row.get_state_display()}{more}"

    @display(description="Size")
    def size(self, row: Request) -> str:
        return human_bytes(row.facts["bytes"]).replace(" ", "\N{NO-BREAK SPACE}") if "bytes" in row.facts else "–"

    @display(description="Licence")
    def licence(self, row: Request) -> str:
        return row.facts.get("licence") or ("not stated" if row.facts else "–")

    @display(description="Gated")
    def gated(self, row: Request) -> str:
        return row.facts.get("gated") or ("no" if row.facts else "–")

    @display(description="Asked by")
    def asked_by(self, row: Request) -> str:
        others = row.asker_count - 1  # type: ignore[attr-defined]
        first = row.first_asker or "nobody"  # type: ignore[attr-defined]
        return f"{first} and {others} more" if others > 0 else first

    @display(description="Progress")
    def progress(self, row: Request) -> SafeString | str:
        if row.state not in (State.FETCHING, State.PUBLISHED):
            return "–"
        percent = 100 if row.state == State.PUBLISHED else progress_of(row).percent
        return format_html('<progress class="hub-progress" max="100" value="{0}">{0}%</progress>', percent)

    # Decisions: one view each for one request, one action each for many.

    @action(
        description="Approve", icon="check", url_path="approve", permissions=["decide"], variant=ActionVariant.SUCCESS
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, APPROVE, object_id)

    @action(description="Refuse", icon="block", url_path="refuse", permissions=["decide"], variant=ActionVariant.DANGER)
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, REFUSE, object_id)

    @action(description="Retry", icon="refresh", url_path="retry", permissions=["operate"])
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, RETRY, object_id)

    @action(description="Follow", icon="sync", url_path="follow", permissions=["operate"])
    def follow(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, FOLLOW, object_id)

    @action(description="Pause", icon="pause", url_path="pause", permissions=["operate"])
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, PAUSE, object_id)

    @action(description="Resume", icon="play_arrow", url_path="resume", permissions=["operate"])
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, RESUME, object_id)

    @action(
        description="Cancel", icon="cancel", url_path="cancel", permissions=["operate"], variant=ActionVariant.DANGER
    )
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, CANCEL, object_id)

    @action(description="Make urgent", icon="bolt", url_path="urgent", permissions=["operate"])
    def urgent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, MAKE_URGENT, object_id)

    @action(description="Normal priority", icon="low_priority", url_path="normal", permissions=["operate"])
    def normal(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, MAKE_NORMAL, object_id)

    @admin.action(description="Approve", permissions=["decide"])
    def approve_selected(self, request: HttpRequest, rows: QuerySet[Request]) -> HttpResponse:
        return decide_page(self, request, APPROVE, list(rows), "approve_selected")

    @admin.action(description="Refuse", permissions=["decide"])
    def refuse_selected(self, request: HttpRequest, rows: QuerySet[Request]) -> HttpResponse:
        return decide_page(self, request, REFUSE, list(rows), "refuse_selected")

    @admin.action(description="Retry", permissions=["operate"])
    def retry_selected(self, request: HttpRequest, rows: QuerySet[Request]) -> HttpResponse:
        return decide_page(self, request, RETRY, list(rows), "retry_selected")

    @admin.action(description="Pause", permissions=["operate"])
    def pause_selected(self, request: HttpRequest, rows: QuerySet[Request]) -> HttpResponse:
        return decide_page(self, request, PAUSE, list(rows), "pause_selected")

    @admin.action(description="Resume", permissions=["operate"])
    def resume_selected(self, request: HttpRequest, rows: QuerySet[Request]) -> HttpResponse:
        return decide_page(self, request, RESUME, list(rows), "resume_selected")

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel_selected(self, request: HttpRequest, rows: QuerySet[Request]) -> HttpResponse:
        return decide_page(self, request, CANCEL, list(rows), "cancel_selected")

    @admin.action(description="Make urgent", permissions=["operate"])
    def urgent_selected(self, request: HttpRequest, rows: QuerySet[Request]) -> HttpResponse:
        return decide_page(self, request, MAKE_URGENT, list(rows), "urgent_selected")

    @admin.action(description="Normal priority", permissions=["operate"])
    def normal_selected(self, request: HttpRequest, rows: QuerySet[Request]) -> HttpResponse:
        return decide_page(self, request, MAKE_NORMAL, list(rows), "normal_selected")

    @admin.action(description="Low priority", permissions=["operate"])
    def low_selected(self, request: HttpRequest, rows: QuerySet[Request]) -> HttpResponse:
        return decide_page(self, request, MAKE_LOW, list(rows), "low_selected")

    def _one(self, request: HttpRequest, decision: Decision, object_id: str) -> HttpResponse:
        row = get_object_or_404(Request.objects.select_related("upstream"), pk=object_id)
        return decide_page(self, request, decision, [row])


def _detail(row: Request) -> dict[str, Any]:
    """What the page of one request shows beside the row itself."""
    formats = row.facts.get("formats", {}).items()
    return {
        "title": f"{row.upstream.slug}:{row.repo_id}",
        "row": row,
        "facts": row.facts,
        "standing": standing_of(row),
        "live_url": reverse("admin:mirroring_request_live", args=[row.pk]),
        "formats": sorted(formats, key=lambda entry: -entry[1][1]),
        "askers": row.askers.order_by("pk")[:50],
        "follow": Follow.objects.filter(request=row).first(),
        "transfers": sorted(transfers_of(row), key=lambda transfer: (transfer.state != "failed", transfer.path))[:50],
        "events": Event.objects.filter(detail__request=row.pk)[:30],
        "colour": _COLOURS[State(row.state)],
    }
