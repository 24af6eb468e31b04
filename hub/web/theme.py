"""Light or dark: what a person chose stays in a cookie, so that the page arrives in the right colours."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

COOKIE = "entrepot_theme"
YEAR = 365 * 24 * 3600
AUTO = "auto"
THEMES: dict[str, Promise] = {AUTO: _("Auto"), "light": _("Light"), "dark": _("Dark")}
"""What may be chosen, and its name. `auto` follows the system."""


def theme_of(request: HttpRequest) -> str:
    """One of THEMES, whatever the cookie says."""
    chosen = request.COOKIES.get(COOKIE, AUTO)
    return chosen if chosen in THEMES else AUTO


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keeps `theme` and leads back to `next`."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = reverse("web:home")
    response = redirect(back)
    if (chosen := request.POST.get("theme", "")) in THEMES:
        response.set_cookie(
            COOKIE, chosen, max_age=YEAR, secure=bool(settings.SESSION_COOKIE_SECURE), httponly=True, samesite="Lax"
        )
    return response
