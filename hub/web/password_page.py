"""A person changes their own password. Guesses of the old one count like wrong logins."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext

from hub.accounts.events import record
from hub.accounts.throttle import check_tries, count_wrong
from hub.errors import TooManyTries
from hub.web.logging_in import refusal
from hub.web.visitors import visitor


class PasswordPage(PasswordChangeView):
    """Django's own view, which wants the old password and keeps this session alive."""

    template_name = "web/password.html"
    success_url = reverse_lazy("web:tokens")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            check_tries(*self._who())
        except TooManyTries as error:
            return refusal(request, error)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            record(visitor(self.request), "user.password_changed", f"user {form.user.get_username()}")
        messages.success(self.request, gettext("Your password is changed."))
        return response

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        if "old_password" in form.errors:
            count_wrong(*self._who())
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def _who(self) -> tuple[str, str]:
        return self.request.user.get_username(), self.request.META.get("REMOTE_ADDR", "")
