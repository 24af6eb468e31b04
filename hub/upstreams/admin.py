"""Admin pages of the hubs out there."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from hub.accounts.staff import staff_caller
from hub.backoffice import Audited
from hub.errors import BadInput, HubError
from hub.upstreams.editing import deleted, edited
from hub.upstreams.limits import standing, words_of
from hub.upstreams.models import Upstream
from hub.upstreams.registry import KINDS, client_for
from hub.upstreams.windows import parse_windows


class UpstreamForm(forms.ModelForm):  # type: ignore[type-arg]
    """The token goes in and never comes out: an empty field keeps the one there is."""

    url = forms.URLField(
        max_length=300,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget,
        help_text="e.g. https://huggingface.co or https://modelscope.cn, or a mirror under a path prefix",
    )
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS], widget=UnfoldAdminSelectWidget)
    new_token = forms.CharField(
        label="New token",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Kept encrypted and never shown. Empty = the token stays as it is. A token belongs to one host: "
        "another host in the address drops it.",
    )
    drop_token = forms.BooleanField(label="Forget the token", required=False, widget=UnfoldBooleanSwitchWidget)

    max_connections = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10_000,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="All workers together. Empty = each worker up to HUB_CONNECTIONS.",
    )

    class Meta:
        model = Upstream
        fields = ["slug", "kind", "url", "enabled", "position", "max_connections", "speed_limits"]
        widgets = {"speed_limits": UnfoldAdminTextareaWidget(attrs={"rows": 4, "spellcheck": "false"})}

    def clean_speed_limits(self) -> str:
        text = str(self.cleaned_data["speed_limits"]).strip()
        try:
            parse_windows(text)
        except BadInput as error:
            raise forms.ValidationError(error.words) from None
        return text

    def clean_url(self) -> str:
        return str(self.cleaned_data["url"]).rstrip("/")

    def save(self, commit: bool = True) -> Any:
        moved = "url" in self.changed_data and _host(self.initial.get("url", "")) != _host(self.instance.url)
        if self.cleaned_data["new_token"]:
            self.instance.token = self.cleaned_data["new_token"].strip()
        elif self.cleaned_data["drop_token"] or moved:
            # Else whoever may change an address could have the token sent to a host of their own.
            self.instance.token = ""
        return super().save(commit)


def _host(url: str) -> tuple[str, str]:
    address = urlsplit(url)
    return address.scheme, address.netloc.lower()


@admin.register(Upstream)
class UpstreamPages(Audited):
    form = UpstreamForm
    list_display = ["slug", "kind", "url", "enabled", "position", "has_token"]
    list_filter = ["enabled", "kind"]
    actions = ["check_selected"]
    actions_detail = ["check_one"]
    fieldsets = [
        (None, {"fields": ["slug", "kind", "url", "enabled", "position"]}),
        ("Token", {"fields": ["has_token", "new_token", "drop_token"]}),
        ("Limits of all workers together", {"fields": ["max_connections", "speed_limits", "now"]}),
    ]
    readonly_fields = ["has_token", "now"]

    def edited(self, request: HttpRequest, row: Upstream, before: Upstream | None) -> None:
        edited(staff_caller(request), row, before)

    def deleted(self, request: HttpRequest, row: Upstream) -> None:
        deleted(staff_caller(request), row)

    @display(description="Now")
    def now(self, upstream: Upstream) -> str:
        return words_of(standing(upstream)) if upstream.pk else ""

    @display(description="Token kept", boolean=True)
    def has_token(self, upstream: Upstream) -> bool:
        return bool(upstream.sealed_token)

    @admin.action(description="Check the connection", permissions=["change"])
    def check_selected(self, request: HttpRequest, upstreams: QuerySet[Upstream]) -> None:
        for upstream in upstreams:
            _tell(request, upstream)

    @action(description="Check the connection", icon="network_check", url_path="check", permissions=["change"])
    def check_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks what is kept, not what stands in the form; changes nothing, so a GET may do it."""
        _tell(request, get_object_or_404(Upstream, pk=object_id))
        return redirect("admin:upstreams_upstream_change", object_id)


def _tell(request: HttpRequest, upstream: Upstream) -> None:
    try:
        client_for(upstream).check()
    except HubError as error:
        messages.error(request, f"{upstream.slug}: {error.words}")
    else:
        messages.success(request, f"{upstream.slug} answers at {upstream.url}.")
