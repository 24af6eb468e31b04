"""The two login pages, ours and the admin's, behind one count of wrong passwords."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from hub.accounts.throttle import check_tries, count_wrong, forget_wrong
from hub.errors import TooManyTries
from hub.web.spoken import spoken

View = Callable[..., HttpResponseBase]


def throttled(view: View) -> View:
    """`view` takes `username` and `password` by POST, and logs in whoever it believes."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        account, address = request.POST.get("username", ""), request.META.get("REMOTE_ADDR", "")
        try:
            check_tries(account, address)
        except TooManyTries as error:
            return refusal(request, error)
        response = view(request, *args, **kwargs)
        # Both pages send on whoever they let in, and show the form again to everybody else.
        if response.status_code == 302:
            forget_wrong(account, address)
        else:
            count_wrong(account, address)
        return response

    return guarded


def refusal(request: HttpRequest, error: TooManyTries) -> HttpResponse:
    response = render(request, "web/too_many_tries.html", {"words": spoken(error)}, status=error.status)
    response.headers["Retry-After"] = str(int(error.retry_after or 1))
    return response
