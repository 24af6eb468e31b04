"""Answers whose bytes somebody else sends: the store, to which the client is sent, or nginx before the hub."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.http import HttpResponse

from hub.blobs.store import LocalFile, Location, SignedAddress
from hub.dialects.ranges import Window

FILES = "/-/internal/file/"
OBJECTS = "/-/internal/store"
"""The locations in deploy/nginx.conf that only an answer of the hub leads to."""

_RANGES = ("Accept-Ranges", "Content-Range")


def redirected(address: SignedAddress, blob: str, size: int, headers: Mapping[str, str]) -> HttpResponse:
    """A 302 that tells all about the file: old clients read the headers of the redirect itself, and take the length of
    its body for the file's where X-Linked-Size is missing. Nobody may keep it, for its address ends soon."""
    own = {
        "Location": address.url,
        "Cache-Control": "private, no-store",
        "X-Linked-Etag": headers.get("X-Linked-Etag", headers["ETag"]),
        "X-Linked-Size": str(size),
        "Content-Length": "0",
        "Referrer-Policy": "no-referrer",
    }
    kept = {name: value for name, value in headers.items() if name not in _RANGES}
    return HttpResponse(status=302, headers={**kept, **own})


def accelerated(location: Location, window: Window, headers: Mapping[str, str]) -> HttpResponse:
    """What nginx needs to know. It keeps the type, disposition and cache rule; deploy/nginx.conf names the rest, and
    takes the range for an object from X-Hub-Range, because clients' conditions mean nothing to the store."""
    kept = {name: value for name, value in headers.items() if name not in _RANGES}
    answer = HttpResponse(headers={**kept, "Content-Length": "0"})
    if isinstance(location, LocalFile):
        answer.headers["X-Accel-Redirect"] = FILES + location.name
        return answer
    address = urlsplit(location.url)
    answer.headers["X-Accel-Redirect"] = f"{OBJECTS}{address.path}?{address.query}"
    answer.headers["X-Hub-Store-Host"] = address.netloc
    if window.partial:
        answer.headers["X-Hub-Range"] = f"bytes={window.start}-{window.start + window.length - 1}"
    return answer
