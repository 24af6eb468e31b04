"""English or Chinese: by what the person chose, else by what the browser asks for. Only pages are translated."""

from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

PLAIN = ("/-/api/", "/-/health/", "/-/metrics")
"""Read by programs: these say the same in every language."""


class Language(LocaleMiddleware):
    """Middleware: the language holds for one request, and the thread's next one starts without it."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(PLAIN):
            return cast(HttpResponseBase, self.get_response(request))
        try:
            return cast(HttpResponseBase, super().__call__(request))
        finally:
            translation.deactivate()
