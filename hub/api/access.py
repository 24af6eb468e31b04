"""Who may read the API. A module of its own, because the framework loads it while it loads itself."""

from typing import Any

from django.conf import settings
from rest_framework.permissions import BasePermission


class MayPull(BasePermission):
    """Who may pull may read: everybody where pulls are anonymous, else whoever shows who they are."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(settings.ANONYMOUS_PULL or request.user.is_authenticated)
