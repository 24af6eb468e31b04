"""Who may see the pages: everybody where pulls are anonymous, else people who have logged in."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from hub.accounts.callers import Caller
from hub.accounts.models import User

P = ParamSpec("P")


def for_pullers(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """The page shows what a client of the same person could read from the hub, so the same rule lets people in."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if settings.ANONYMOUS_PULL or request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path())

    return guarded


def visitor(request: HttpRequest) -> Caller:
    """The person behind a page's request, for the domain functions."""
    user = request.user if isinstance(request.user, User) else None
    return Caller(
        user=user, address=request.META.get("REMOTE_ADDR", ""), client=request.headers.get("User-Agent", "")[:300]
    )


def hub_address(request: HttpRequest) -> str:
    """This hub's address as clients have to write it, without a slash at the end."""
    return str(settings.EXTERNAL_URL) or request.build_absolute_uri("/").rstrip("/")
