"""Staff on the line: the caller behind a request to an admin page."""

from django.http import HttpRequest

from hub.accounts.callers import Caller
from hub.accounts.models import User


def staff_caller(request: HttpRequest) -> Caller:
    user = request.user if isinstance(request.user, User) else None
    client = request.headers.get("User-Agent", "")[:300]
    return Caller(user=user, address=request.META.get("REMOTE_ADDR", ""), client=client)
