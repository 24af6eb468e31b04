"""Staff on the line: the caller behind a request, and what they may do."""

from django.http import HttpRequest

from hub.accounts.callers import Caller
from hub.accounts.models import User


def staff_caller(request: HttpRequest) -> Caller:
    user = request.user if isinstance(request.user, User) else None
    client = request.headers.get("User-Agent", "")[:300]
    return Caller(user=user, address=request.META.get("REMOTE_ADDR", ""), client=client)


def may(request: HttpRequest, permission: str) -> bool:
    """Whether whoever sends this request is staff with the permission, such as `mirroring.decide_request`: a role has
    no effect for anybody else."""
    user = request.user
    return bool(user.is_active and getattr(user, "is_staff", False) and user.has_perm(permission))
