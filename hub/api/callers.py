"""The caller behind a request to the API, for the domain functions."""

from rest_framework.request import Request as ApiRequest

from hub.accounts.callers import Caller
from hub.accounts.models import AccessToken, User


def caller_behind(request: ApiRequest) -> Caller:
    return Caller(
        user=request.user if isinstance(request.user, User) else None,
        token=request.auth if isinstance(request.auth, AccessToken) else None,
        address=request.META.get("REMOTE_ADDR", ""),
        client=request.headers.get("User-Agent", "")[:300],
    )


def owner_of(request: ApiRequest) -> str:
    """Whose limits and keys are counted: an account's, or those of the address of somebody without one."""
    caller = caller_behind(request)
    return f"user {caller.user.pk}" if caller.user else f"address {caller.address}"
