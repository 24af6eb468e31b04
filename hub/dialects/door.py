"""The outermost middleware: what is not `/-/` belongs to the dialects, and is answered before anything made for pages.

Sessions, CSRF, messages and the rest would double the time of a small file, and clients of the dialects have no use
for them. Their answers carry the security headers that they need themselves.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from hub.dialects.asked import raw_path
from hub.dialects.huggingface.entry import entry as huggingface
from hub.dialects.modelscope.entry import entry as modelscope
from hub.dialects.modelscope.entry import is_ours as is_modelscope

Entry = Callable[[HttpRequest], HttpResponseBase]

DIALECTS: tuple[tuple[Callable[[str], bool], Entry], ...] = (
    (is_modelscope, modelscope),
    (lambda path: True, huggingface),
)
"""(whether an address belongs to it, as the client wrote it; its entry). The first that fits answers."""


class Door:
    def __init__(self, get_response: Entry) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path in ("/", "/-") or path.startswith("/-/"):
            return self.get_response(request)
        target = raw_path(request)
        return next(entry for belongs, entry in DIALECTS if belongs(target))(request)
