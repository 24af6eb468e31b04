"""The Content-Security-Policy of our own pages: nothing inline, nothing from elsewhere."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

PAGES = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ADMIN = PAGES.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'").replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)
"""The admin theme (django-unfold) cannot do without: its Alpine evaluates the attributes it finds, and its colours come
as a style element. Scripts are files only there too, and nobody but staff ever sees these pages."""


class ContentSecurityPolicy:
    """Middleware: sets the policy on HTML under /-/; what the dialects answer is left alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith("/-/") and response.get("Content-Type", "").startswith("text/html"):
            policy = ADMIN if request.path.startswith("/-/admin/") else PAGES
            response.headers.setdefault("Content-Security-Policy", policy)
            # htmx asks the same address for a part of the page; the browser's cache has to keep both apart.
            patch_vary_headers(response, ["HX-Request"])
        return response
