"""The outermost middleware: what is not `/-/` belongs to the dialects, and is answered before anything made for pages.

Sessions, CSRF, messages and the rest would double the time of a small file, and clients of the dialects have no
cookies. Their answers carry the security headers that they need themselves.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from hub.dialects.huggingface.entry import entry


class Door:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path in ("/", "/-") or path.startswith("/-/"):
            return self.get_response(request)
        return entry(request)
