"""Admin pages of people: users, roles, tokens, the audit trail."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from hub.accounts.models import AccessToken, Event, User
from hub.accounts.staff import staff_caller
from hub.accounts.tokens import issue, revoke
from hub.backoffice import LookOnly

admin.site.unregister(Group)


@admin.register(User)
class UserPages(UserAdmin, ModelAdmin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "roles", "is_staff", "is_superuser", "is_active", "last_login"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description="Roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "–"


@admin.register(Group)
class RolePages(GroupAdmin, ModelAdmin):
    pass


class TokenForm(forms.Form):
    """Makes a token. Only people who may add tokens choose whose it is; others make their own."""

    name = forms.CharField(
        max_length=100, widget=UnfoldAdminTextInputWidget, help_text="What it is for, e.g. build server"
    )
    days = forms.IntegerField(
        label="Days until it ends",
        min_value=1,
        max_value=36500,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty = it does not end by itself.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.has_perm("accounts.add_accesstoken"):
            people = User.objects.filter(is_active=True).order_by("username")
            self.fields["user"] = forms.ModelChoiceField(people, initial=user, widget=UnfoldAdminSelectWidget)

    def issue(self, request: HttpRequest) -> str:
        data = self.cleaned_data
        ends = timezone.now() + timedelta(days=data["days"]) if data["days"] else None
        return issue(data.get("user") or self.user, data["name"], ends, by=staff_caller(request))


@admin.register(AccessToken)
class TokenPages(LookOnly):
    list_display = ["name", "user", "prefix", "standing", "created_at", "expires_at", "last_used_at"]
    list_filter = ["user"]
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__username"]
    fieldsets = [
        (
            None,
            {"fields": ["name", "user", "prefix", "created_at", "expires_at", "revoked_at", "last_used_at"]},
        )
    ]
    actions = ["revoke_selected"]
    actions_list = ["new"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessToken]:
        """People without the right to see tokens see their own."""
        tokens: QuerySet[AccessToken] = super().get_queryset(request)
        return tokens if request.user.has_perm("accounts.view_accesstoken") else tokens.filter(user=_person(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    @display(description="State", label={"valid": "success", "revoked": "danger", "expired": "warning"})
    def standing(self, token: AccessToken) -> str:
        if token.revoked_at:
            return "revoked"
        return "expired" if token.expires_at and token.expires_at <= timezone.now() else "valid"

    @action(description="New token", icon="add", url_path="new")
    def new(self, request: HttpRequest) -> HttpResponse:
        """The form; the answer to it shows the text of the token, this once, and is never cached."""
        form = TokenForm(request.POST or None, user=_person(request))
        text = form.issue(request) if request.method == "POST" and form.is_valid() else ""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": "New token",
            "form": form,
            "text": text,
        }
        return TemplateResponse(
            request, "admin/accounts/new_token.html", context, headers={"Cache-Control": "no-store"}
        )

    @admin.action(description="Revoke")
    def revoke_selected(self, request: HttpRequest, tokens: QuerySet[AccessToken]) -> None:
        """People end their own tokens; those of others only with the right to change tokens."""
        if not request.user.has_perm("accounts.change_accesstoken"):
            tokens = tokens.filter(user=_person(request))
        ended = sum(revoke(token, staff_caller(request)) for token in tokens.select_related("user"))
        messages.success(request, f"{ended} token(s) revoked; other processes notice within seconds.")


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@admin.register(Event)
class EventPages(LookOnly):
    list_display = ["at", "actor_name", "verb", "subject", "address"]
    list_filter = ["verb"]
    search_fields = ["subject", "actor_name"]
    date_hierarchy = "at"
    show_full_result_count = False
    fieldsets = [(None, {"fields": ["at", "actor_name", "actor", "verb", "subject", "address", "detail"]})]


@admin.register(LogEntry)
class LogEntryPages(LookOnly):
    list_display = ["action_time", "user", "content_type", "object_repr", "change_message"]
    list_select_related = ["user", "content_type"]
    fieldsets = [(None, {"fields": ["action_time", "user", "content_type", "object_repr", "change_message"]})]
