"""Pauses of an upstream or of the whole hub: made by adding one, ended by deleting it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from hub.accounts.staff import staff_caller
from hub.errors import HubError
from hub.mirroring.pauses import Pause
from hub.mirroring.steering import pause_everything, resume_everything
from hub.upstreams.models import Upstream


class PauseForm(forms.ModelForm):  # type: ignore[type-arg]
    upstream = forms.ModelChoiceField(
        queryset=Upstream.objects.all(),
        required=False,
        empty_label="the whole hub",
        widget=UnfoldAdminSelectWidget,
        help_text="Nothing of it begins, and what runs goes back into the queue. What is held is served as ever.",
    )
    reason = forms.CharField(
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Shown to clients that wait for something.",
    )

    class Meta:
        model = Pause
        fields = ["upstream", "reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if Pause.objects.filter(upstream=cleaned.get("upstream")).exists():
            raise forms.ValidationError("This is paused already.")
        return cleaned


@admin.register(Pause)
class PausePages(ModelAdmin):
    form = PauseForm
    list_display = ["__str__", "by", "at", "reason"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mirroring.operate_hub")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("mirroring.operate_hub")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Pause, form: Any, change: bool) -> None:
        pause_everything(staff_caller(request), obj.upstream, obj.reason)
        obj.pk = Pause.objects.get(upstream=obj.upstream).pk

    def delete_model(self, request: HttpRequest, obj: Pause) -> None:
        try:
            resume_everything(staff_caller(request), obj.upstream)
        except HubError as error:
            messages.error(request, error.words)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Pause]) -> None:
        for row in queryset:
            self.delete_model(request, row)
