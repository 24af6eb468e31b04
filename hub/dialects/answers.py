"""The forms of the answers that the dialects share. JSON is compact: hfd.sh without jq greps for `"rfilename":"`."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase

from hub.dialects.asked import Asked

_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "→": "->", "·": "-"})


def compact(data: Any) -> bytes:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")


def json_answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Names move, so a cache must ask again; answers that belong to one commit are as cheap to send as to check."""
    answer = HttpResponse(compact(data), status=status, content_type="application/json; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def text_answer(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def redirect(location: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """307 and relative, as the hub sends people from one id to another; old clients follow nothing else."""
    answer = text_answer(f"Temporary Redirect. Redirecting to {location}", 307)
    answer.headers["Location"] = location
    answer.headers["Cache-Control"] = "no-cache"
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def header_text(text: str) -> str:
    """What every client shows rightly: ASCII (0.x reads headers as latin-1, 1.x as UTF-8), on one line."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(bare.encode("ascii", "replace").decode().split())[:2000]


def finish(asked: Asked, response: HttpResponseBase, exposed: str) -> HttpResponseBase:
    """What every answer carries, and HEAD without a body but with its length. `exposed` are the headers that a browser
    shows to a page of another origin."""
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = exposed
    headers["X-Content-Type-Options"] = "nosniff"
    # Clients probe for a dozen optional files per model: an absence is no warning for Django to log.
    response._has_been_logged = True  # type: ignore[attr-defined]
    if isinstance(response, HttpResponse):
        headers.setdefault("Content-Length", str(len(response.content)))
        if asked.method == "HEAD":
            response.content = b""
    return response
