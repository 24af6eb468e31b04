"""The transfer pages: what is on its way in, what failed and why."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from hub.backoffice import LookOnly
from hub.mirroring.models import Transfer
from hub.sizes import human_bytes
from hub.upstreams.models import Upstream


@admin.register(Transfer)
class TransferPages(LookOnly):
    list_display = ["path", "source", "badge", "human_size", "priority", "arrived", "speed", "attempts", "error"]
    list_filter = ["state", "paused", "priority", "upstream", "error_code"]
    list_select_related = ["upstream"]
    search_fields = ["path", "repo_id", "digest"]
    fieldsets = [
        (None, {"fields": ["path", "source", "kind", "commit", "digest", "human_size", "left"]}),
        ("On its way", {"fields": ["badge", "priority", "arrived", "speed", "attempts", "not_before", "lease_owner"]}),
        ("Ended", {"fields": ["error_code", "error", "started_at", "finished_at"]}),
    ]

    @display(description="Source", ordering="repo_id")
    def source(self, transfer: Transfer) -> str:
        return f"{transfer.upstream.slug}:{transfer.repo_id}"

    @display(description="Left for another source")
    def left(self, transfer: Transfer) -> str:
        """The upstreams that have failed in this round; why is in the audit events."""
        names = dict(Upstream.objects.filter(pk__in=[pk for pk, _ in transfer.tried]).values_list("pk", "slug"))
        return ", ".join(names.get(pk, "?") for pk, _ in transfer.tried) or "–"

    @display(
        description="State",
        ordering="state",
        label={"queued": "", "paused": "", "running": "info", "done": "success", "failed": "danger", "cancelled": ""},
    )
    def badge(self, transfer: Transfer) -> str:
        if transfer.state == Transfer.State.QUEUED and transfer.paused:
            return "paused"
        return "running" if transfer.state == Transfer.State.QUEUED and transfer.lease_owner else transfer.state

    @display(description="Size", ordering="size")
    def human_size(self, transfer: Transfer) -> str:
        return human_bytes(transfer.size)

    @display(description="Arrived")
    def arrived(self, transfer: Transfer) -> SafeString:
        done = transfer.size if transfer.state == Transfer.State.DONE else transfer.received
        percent = min(100, done * 100 // transfer.size) if transfer.size else 100
        return format_html('<progress class="hub-progress" max="100" value="{0}">{0}%</progress>', percent)

    @display(description="Speed")
    def speed(self, transfer: Transfer) -> str:
        moving = transfer.state == Transfer.State.QUEUED and transfer.lease_owner and transfer.bytes_per_second
        return f"{human_bytes(transfer.bytes_per_second)}/s" if moving else "–"
