"""The pages of what is followed: how often, who lets updates in, how many revisions stay, and how it stands."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from hub.accounts.staff import staff_caller
from hub.errors import HubError
from hub.mirroring.diff import held_repo, in_words
from hub.mirroring.follow import Follow
from hub.mirroring.following import LEAST_SECONDS, follow, look_now, unfollow


class FollowForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Follow
        fields = ("active", "every", "auto", "keep")

    def clean_every(self) -> int:
        every = int(self.cleaned_data["every"])
        if every < LEAST_SECONDS:
            raise forms.ValidationError(f"At least {LEAST_SECONDS} seconds.")
        return every


@admin.register(Follow)
class FollowPages(ModelAdmin):
    form = FollowForm
    list_display = ["title", "active", "how_often", "auto", "head_text", "update", "missing", "checked_at", "error"]
    list_filter = ["active", "auto", "error_code"]
    list_select_related = ["request__upstream"]
    search_fields = ["request__key"]
    search_help_text = "A repo's id"
    list_per_page = 50
    actions = ["look_now_selected", "unfollow_selected"]
    readonly_fields = [
        "request_link",
        "head_text",
        "update",
        "missing",
        "checked_at",
        "moved_at",
        "not_before",
        "error",
    ]
    fieldsets = [
        (None, {"fields": ["request_link", "active", "every", "auto", "keep"]}),
        (
            "How it stands",
            {"fields": ["head_text", "update", "missing", "checked_at", "moved_at", "not_before", "error"]},
        ),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("mirroring.operate_hub")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("mirroring.operate_hub")

    def save_model(self, request: HttpRequest, obj: Follow, form: Any, change: bool) -> None:
        follow(obj.request, staff_caller(request), obj.every, obj.auto, obj.keep, obj.active)
        if obj.keep is None:
            Follow.objects.filter(pk=obj.pk).update(keep=None)

    @admin.action(description="Look at upstream now", permissions=["operate"])
    def look_now_selected(self, request: HttpRequest, rows: QuerySet[Follow]) -> None:
        for row in rows:
            look_now(row, staff_caller(request))
        messages.success(request, "The next free worker looks at them.")

    @admin.action(description="Stop following", permissions=["operate"])
    def unfollow_selected(self, request: HttpRequest, rows: QuerySet[Follow]) -> None:
        for row in rows:
            try:
                unfollow(row.request, staff_caller(request))
            except HubError as error:
                messages.error(request, error.words)
            else:
                messages.success(request, f"{row.request.repo_id} is no longer followed.")

    @display(description="Repo", header=True, ordering="request__key")
    def title(self, row: Follow) -> list[str]:
        wish = row.request
        part = " (some of the files)" if wish.include or wish.exclude else ""
        return [wish.repo_id, f"{wish.kind} from {wish.upstream.slug} @ {wish.ref or 'default'}{part}"]

    @display(description="Every", ordering="every")
    def how_often(self, row: Follow) -> str:
        return f"{row.every // 60} min"

    @display(description="Upstream at")
    def head_text(self, row: Follow) -> str:
        return row.head[:12] or "not looked at yet"

    @display(description="Update")
    def update(self, row: Follow) -> str:
        change = row.request.facts.get("change")
        return f"{row.request.get_state_display()}: {in_words(change)}" if change else "–"

    @display(description="Missing upstream since")
    def missing(self, row: Follow) -> str:
        repo = held_repo(row.request)
        since = (repo and repo.missing_upstream_since) or row.ref_missing_since
        return f"{since:%Y-%m-%d %H:%M} UTC" if since else "–"

    @display(description="Request")
    def request_link(self, row: Follow) -> SafeString:
        address = reverse("admin:mirroring_request_change", args=[row.request_id])
        return format_html('<a href="{}">{}</a>', address, row.request)
