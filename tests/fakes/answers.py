"""The forms of the hub's answers: JSON, text, refusals, redirects, files, pages of a list."""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
import re
import uuid
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

from .access import Refusal
from .content import RepoFile
from .wire import Request, Response, Slice

EXPOSED = (
    "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,"
    "X-Linked-Size,X-Linked-ETag,X-Xet-Hash"
)
PAGE_NOT_FOUND = "Sorry, we can't find the page you are looking for."
TEXT = ("Content-Type", "text/plain; charset=utf-8")
JSON = ("Content-Type", "application/json; charset=utf-8")
Headers = list[tuple[str, str]]


def json_answer(data: Any, status: int = 200, headers: Headers | None = None) -> Response:
    body = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(status, [JSON, ("ETag", weak_etag(body)), *(headers or [])], body)


def text_answer(text: str, status: int = 200, headers: Headers | None = None) -> Response:
    body = text.encode()
    return Response(status, [TEXT, ("ETag", weak_etag(body)), *(headers or [])], body)


def weak_etag(body: bytes) -> str:
    """The ETag that the hub's web framework gives to an answer: its length in hex and its sha1 in base64."""
    return f'W/"{len(body):x}-{base64.b64encode(hashlib.sha1(body).digest()).decode().rstrip("=")}"'


def refuse(refusal: Refusal, as_json: bool, headers: Headers | None = None) -> Response:
    extra = list(headers or [])
    if refusal.code:
        extra.append(("X-Error-Code", refusal.code))
    extra.append(("X-Error-Message", refusal.message))
    if refusal.status == 401:
        extra.append(("WWW-Authenticate", 'Bearer realm="Authentication required", charset="UTF-8"'))
    if as_json:
        return json_answer({"error": refusal.message}, refusal.status, extra)
    return text_answer(refusal.message, refusal.status, extra)


def redirect(status: int, location: str, headers: Headers | None = None) -> Response:
    words = {302: "Found", 307: "Temporary Redirect"}[status]
    body = f"{words}. Redirecting to {location}".encode()
    return Response(status, [TEXT, ("Location", location), ("Vary", "Origin, Accept"), *(headers or [])], body)


def page_not_found(as_json: bool) -> Response:
    if as_json:
        return refuse(Refusal(404, PAGE_NOT_FOUND), as_json=True)
    page = (
        f"<!doctype html><html><head><title>404</title></head><body><h1>404</h1><p>{PAGE_NOT_FOUND}</p></body></html>"
    )
    html, etag = ("Content-Type", "text/html; charset=utf-8"), ("ETag", weak_etag(page.encode()))
    return Response(404, [html, etag, ("X-Error-Message", PAGE_NOT_FOUND)], page.encode())


def disposition(path: str) -> str:
    name = path.rpartition("/")[2]
    plain = re.sub(r'[^\x20-\x7e]|["\\]', "_", name)
    return f"inline; filename*=UTF-8''{quote(name, safe='')}; filename=\"{plain}\";"


def content_type(path: str) -> str:
    """The hub serves whatever is text as plain text, so that no page of a repository runs as its own."""
    guess = mimetypes.guess_type(path)[0] or ""
    return guess if guess.startswith(("image/", "audio/", "video/")) else "text/plain; charset=utf-8"


def ranged(request: Request, file: RepoFile, headers: Headers) -> Response:
    """The file, or the one range of it that was asked for."""
    size = file.size
    headers = [*headers, ("Accept-Ranges", "bytes")]
    wanted = parse_range(request.header("range"), size)
    if wanted is None:
        return Response(200, headers, Slice(file.source, 0, size))
    start, end = wanted
    if start >= size or start > end:
        return Response(416, [*headers, ("Content-Range", f"bytes */{size}")])
    headers.append(("Content-Range", f"bytes {start}-{end}/{size}"))
    return Response(206, headers, Slice(file.source, start, end - start + 1))


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte, the last one clamped to the file; None when there is nothing to honour."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def not_modified(request: Request, etag: str) -> bool:
    known = [one.strip().removeprefix("W/") for one in request.header("if-none-match").split(",")]
    return f'"{etag}"' in known or "*" in known


def cursor_of(position: int) -> str:
    return base64.b64encode(json.dumps({"after": position}).encode()).decode()


def position_of(cursor: str) -> int:
    try:
        return int(json.loads(base64.b64decode(cursor))["after"])
    except (ValueError, KeyError, TypeError):
        return 0


def cursor_behind(stamp: str, internal_id: str) -> str:
    """The cursor of a listing by lastModified names what comes behind: it stays right when repos come and go."""
    older = {"lastModified": {"$lt": stamp}}
    query = {"$or": [{"lastModified": stamp, "_id": {"$gt": {"$oid": internal_id}}}, older, {"lastModified": None}]}
    return base64.b64encode(json.dumps(query, separators=(",", ":")).encode()).decode()


def place_of(cursor: str) -> tuple[str, str] | None:
    """The time and the id that a cursor of `cursor_behind` stands behind; None for any other."""
    try:
        first = json.loads(base64.b64decode(cursor))["$or"][0]
        return str(first["lastModified"]), str(first["_id"]["$gt"]["$oid"])
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def next_link(url: str, query: str, name: str, value: str) -> Headers:
    """An absolute Link to the next page: the query as it was asked, with only the place in the list changed."""
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != name]
    return [("Link", f'<{url}?{"&".join([*kept, f"{name}={quote(value)}"])}>; rel="next"')]


def common_headers(request: Request, site: str, rate: Headers) -> Headers:
    """What the hub puts on every answer, in the casing of HTTP/1.1."""
    trace = request.header("x-amzn-trace-id")
    request_id = f"Root=1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}" + (f";{trace}" if trace else "")
    return [
        ("Date", formatdate(usegmt=True)),
        ("X-Powered-By", "huggingface-moon"),
        ("X-Request-Id", request_id),
        *rate,
        ("cross-origin-opener-policy", "same-origin"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Access-Control-Max-Age", "86400"),
        ("Access-Control-Allow-Origin", site),
        ("Vary", "Origin"),
        ("Access-Control-Expose-Headers", EXPOSED),
    ]


def with_headers(response: Response, common: Headers) -> Response:
    """Adds the common headers that the answer does not set itself."""
    own = {name.lower() for name, _ in response.headers}
    response.headers = [*response.headers, *(pair for pair in common if pair[0].lower() not in own)]
    return response
