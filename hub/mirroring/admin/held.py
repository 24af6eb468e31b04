"""Admin pages of what is held, with what can be done about it: remove it from this hub, pin it.

The pages themselves belong to the catalog, which stands a floor below the use cases.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from hub.accounts.staff import staff_caller
from hub.catalog.admin import RepoPages, RevisionPages
from hub.catalog.models import Repo, Revision
from hub.errors import HubError
from hub.mirroring.eviction import bytes_only_in, pin, retire
from hub.sizes import human_bytes


class RemovalForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the audit trail, with the digest of everything that was served.",
    )
    keep_out = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        label="Keep it out",
        help_text="Refuses it from now on. Without this, a pull brings it in again, as the rules say.",
    )


class Keeping(ModelAdmin):
    """Buttons of a repo and of a revision."""

    actions_detail = ["remove", "pin", "unpin"]

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("mirroring.operate_hub")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons that fit: what is not published cannot be removed, and what is pinned can be unpinned."""
        row = self.model._default_manager.filter(pk=object_id).first()
        fitting = {"unpin" if getattr(row, "pinned", False) else "pin"}
        if row is not None and _published(row):
            fitting.add("remove")
        return [entry for entry in super().get_actions_detail(request, object_id) if entry.path in fitting]

    @action(
        description="Remove from this hub",
        icon="delete",
        url_path="remove",
        permissions=["operate"],
        variant=ActionVariant.DANGER,
    )
    def remove(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = get_object_or_404(self.model, pk=object_id)
        return removal_page(self, request, row, _published(row))

    @action(description="Pin", icon="keep", url_path="pin", permissions=["operate"])
    def pin(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._pin(request, object_id, True)

    @action(description="Unpin", icon="keep_off", url_path="unpin", permissions=["operate"])
    def unpin(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._pin(request, object_id, False)

    def _pin(self, request: HttpRequest, object_id: str, pinned: bool) -> HttpResponse:
        """A link may not change anything, so the button leads to a page with one more button."""
        row = get_object_or_404(self.model, pk=object_id)
        if request.method != "POST":
            verb = "Pin" if pinned else "Unpin"
            said = "A pinned one is never evicted to make room." if pinned else "It may be evicted to make room then."
            return _page(self, request, row, {"title": f"{verb} {row}", "verb": verb, "said": said})
        pin(row, staff_caller(request), pinned)
        messages.success(request, f"{row} was {'pinned' if pinned else 'unpinned'}.")
        return redirect(_address(row))


def removal_page(pages: ModelAdmin, request: HttpRequest, row: Any, revisions: Sequence[Revision]) -> HttpResponse:
    """Asks for the reason, then removes each revision by itself and says how each went."""
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        for revision in revisions:
            _remove(request, revision, form)
        return redirect(_address(row))
    gone: list[int] = []
    freed = 0
    for revision in revisions:
        freed += bytes_only_in(revision.pk, gone)
        gone.append(revision.pk)
    context = {
        "title": f"Remove {row}",
        "verb": "Remove from this hub",
        "said": f"{len(revisions)} revision(s) go, and {human_bytes(freed)} that nothing else needs.",
        "form": form,
    }
    return _page(pages, request, row, context)


def _remove(request: HttpRequest, revision: Revision, form: RemovalForm) -> None:
    try:
        retire(revision, staff_caller(request), form.cleaned_data["reason"], form.cleaned_data["keep_out"])
    except HubError as error:
        messages.error(request, f"{revision}: {error.words}")
    else:
        messages.success(request, f"{revision} was removed; the next prune frees its bytes.")


def _page(pages: ModelAdmin, request: HttpRequest, row: Any, context: dict[str, Any]) -> HttpResponse:
    shared = {**pages.admin_site.each_context(request), "opts": pages.model._meta, "back": _address(row)}
    return TemplateResponse(request, "admin/mirroring/keep.html", {**shared, **context})


def _address(row: Any) -> str:
    return reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk])


def _published(row: Any) -> list[Revision]:
    rows = Revision.objects.filter(published_at__isnull=False).select_related("repo__upstream")
    return list(rows.filter(pk=row.pk) if isinstance(row, Revision) else rows.filter(repo=row.pk))


admin.site.unregister([Repo, Revision])


@admin.register(Repo)
class HeldRepoPages(Keeping, RepoPages):
    list_filter = [*RepoPages.list_filter, "pinned"]


@admin.register(Revision)
class HeldRevisionPages(Keeping, RevisionPages):
    list_filter = ["pinned", ("retired_at", admin.EmptyFieldListFilter)]
