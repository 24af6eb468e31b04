"""A person's own access tokens: which there are, a new one, and the end of one."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hub.accounts.models import AccessToken, User
from hub.accounts.tokens import issue, revoke
from hub.web.visitors import hub_address, visitor

MOST = 50
"""Valid tokens of one person. More than this is a program that goes round, and nobody could tell them apart."""
SHOWN = 100


class TokenForm(forms.Form):
    """What a new token is for, and when it ends."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=100, help_text=gettext_lazy("For example: my laptop")
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("It ends"),
        coerce=int,
        initial=90,
        choices=[
            (30, gettext_lazy("in 30 days")),
            (90, gettext_lazy("in 90 days")),
            (365, gettext_lazy("in a year")),
            (0, gettext_lazy("never by itself")),
        ],
    )

    def __init__(self, user: User, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.user = user

    def clean(self) -> None:
        if _valid(self.user).count() >= MOST:
            raise forms.ValidationError(
                gettext("You have %(most)d valid tokens. Revoke one that you no longer need.") % {"most": MOST}
            )

    def issue(self, request: HttpRequest) -> str:
        """Makes the token and returns its text."""
        days = self.cleaned_data["days"]
        ends = timezone.now() + timedelta(days=days) if days else None
        return issue(self.user, self.cleaned_data["name"], ends, by=visitor(request))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """The list and the form; the answer to the form shows the text of the new token, this once."""
    user = _person(request)
    form = TokenForm(user, request.POST if request.method == "POST" else None)
    text = form.issue(request) if request.method == "POST" and form.is_valid() else ""
    context = {
        "form": TokenForm(user) if text else form,
        "text": text,
        "tokens": user.tokens.order_by(F("revoked_at").asc(nulls_first=True), "-created_at")[:SHOWN],
        "now": timezone.now(),
        "address": hub_address(request),
    }
    return render(request, "web/tokens.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks whether it is meant; a POST ends the token. Of other people's tokens it knows nothing."""
    token = _person(request).tokens.select_related("user").filter(pk=pk).first()
    if token is None:
        raise Http404(gettext("You have no such token."))
    if request.method != "POST":
        return render(request, "web/token_revoke.html", {"token": token})
    if revoke(token, visitor(request)):
        messages.success(request, gettext("The token %(name)s is revoked.") % {"name": token.name})
    else:
        messages.info(request, gettext("The token %(name)s was revoked before.") % {"name": token.name})
    return redirect("web:tokens")


def _valid(user: User) -> QuerySet[AccessToken]:
    return user.tokens.filter(revoked_at=None).exclude(expires_at__lte=timezone.now())


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
