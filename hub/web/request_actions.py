"""What people do on the page of a request: comment, withdraw, decide, retry. Each is one POST and one domain function;
what is refused is told on the page, and what was typed stays there."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hub.accounts.staff import may
from hub.errors import HubError, NotPermitted
from hub.mirroring import decisions
from hub.mirroring.comments import comment
from hub.mirroring.withdrawing import withdraw
from hub.web.deciding import DECIDES, OPERATES, decide
from hub.web.request_pages import detail_of, row_of
from hub.web.spoken import spoken
from hub.web.visitors import visitor

Action = Callable[[HttpRequest, int], HttpResponse]


def for_people(action: Action) -> Action:
    """Whoever is not logged in is asked to, and comes back to the page of the request."""

    @wraps(action)
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        return action(request, pk) if request.user.is_authenticated else redirect_to_login(_page(pk))

    return guarded


@require_POST
@never_cache
@for_people
def request_comment(request: HttpRequest, pk: int) -> HttpResponse:
    row, text = row_of(pk), request.POST.get("text", "")
    try:
        comment(row, request.user, text)
    except NotPermitted as error:
        raise PermissionDenied(spoken(error)) from error
    except HubError as error:
        context = {**detail_of(request, row), "comment_error": spoken(error), "comment_text": text}
        return render(request, "web/request.html", context, status=error.status)
    return redirect(f"{_page(pk)}#comments")


@require_POST
@never_cache
@for_people
def request_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = row_of(pk)
    try:
        ended = withdraw(row, visitor(request))
    except NotPermitted as error:
        raise PermissionDenied(spoken(error)) from error
    except HubError as error:
        messages.error(request, spoken(error))
    else:
        others = gettext("You ask for it no more. It goes on for the others who do.")
        messages.success(request, gettext("Your request is withdrawn.") if ended else others)
    return redirect(_page(pk))


@require_POST
@never_cache
@for_people
def request_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The form carries the commit whose facts it showed; where the request has moved on, the new facts are shown."""
    if not may(request, DECIDES):
        raise PermissionDenied(gettext("Your account may not decide about requests."))
    row, sent = row_of(pk), request.POST
    outcome = decide(row, sent.get("verb", ""), visitor(request), sent.get("reason", ""), sent.get("seen", ""))
    if outcome.done:
        messages.success(request, outcome.words)
        return redirect(_page(pk))
    context = {**detail_of(request, row_of(pk)), "decision_error": outcome.words, "reason": sent.get("reason", "")}
    return render(request, "web/request.html", context, status=outcome.status)


@require_POST
@never_cache
@for_people
def request_retry(request: HttpRequest, pk: int) -> HttpResponse:
    if not may(request, OPERATES):
        raise PermissionDenied(gettext("Your account may not retry requests."))
    try:
        decisions.retry(row_of(pk), visitor(request))
    except HubError as error:
        messages.error(request, spoken(error))
    else:
        messages.success(request, gettext("It is taken up again, where it stopped."))
    return redirect(_page(pk))


def _page(pk: int) -> str:
    return reverse("web:request", args=[pk])
