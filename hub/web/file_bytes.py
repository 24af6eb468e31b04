"""The bytes of a held file for a browser that has a session and no token; clients use the dialects' own addresses."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hub.blobs.stores import store
from hub.catalog import pulls
from hub.catalog.previews.kinds import Look, look_of
from hub.catalog.shelves import file_of
from hub.errors import BadName, Missing
from hub.names import parse_path
from hub.web.repo_frame import opened
from hub.web.spoken import spoken
from hub.web.visitors import for_pullers, visitor

LARGEST_PICTURE = 30_000_000
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
          "avif": "image/avif", "bmp": "image/bmp", "ico": "image/x-icon"}  # fmt: skip


@require_safe
@for_pullers
def repo_bytes(request: HttpRequest, kind: str, name: str, revision: str, path: str) -> HttpResponseBase:
    """A picture to be shown, anything else to be saved: nothing of a repo runs on this origin."""
    view = opened(kind, name, revision)
    try:
        file = file_of(view.pin, parse_path(path))
    except (Missing, BadName) as error:
        raise Http404(spoken(error)) from error
    if not file.blob:
        raise Http404(gettext("This hub does not hold the bytes of this file."))
    is_picture = look_of(path) is Look.IMAGE and file.size <= LARGEST_PICTURE
    headers = {
        "Content-Length": str(file.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    }
    content_type = _TYPES[path.rpartition(".")[2].lower()] if is_picture else "application/octet-stream"
    if request.method == "HEAD":
        return HttpResponse(headers=headers, content_type=content_type)
    if not is_picture:
        pulls.count(view.repo.pk, visitor(request).label, file.commit, files=1, size=file.size)
    data = store().open(file.blob, awaited=True)
    name = path.rpartition("/")[2]
    return FileResponse(data, as_attachment=not is_picture, filename=name, headers=headers, content_type=content_type)
