"""Who may use the API. A module of its own, because the framework loads it while it loads itself."""

from typing import Any

from django.conf import settings
from rest_framework.permissions import BasePermission

from hub.accounts.staff import may


class MayPull(BasePermission):
    """Who may pull may read and ask: everybody where pulls are anonymous, else whoever shows who they are."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(settings.ANONYMOUS_PULL or request.user.is_authenticated)


class LoggedIn(BasePermission):
    """People with an account, by a token or a login of the pages."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(request.user.is_authenticated and request.user.is_active)


def staff_with(permission: str) -> type[BasePermission]:
    """Staff with that permission, e.g. `mirroring.decide_request`."""

    class StaffWith(BasePermission):
        needs = permission

        def has_permission(self, request: Any, view: Any) -> bool:
            return may(request, permission)

    return StaffWith
