"""Answers that are sent once: an ETag over the body, and 304 for whoever has it already."""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

AGAIN = "no-cache"
"""It may be kept, and is asked about before each use."""
YEAR = 365 * 24 * 3600


class Conditional:
    """A view whose answers to GET carry an ETag. `is_settled` says of one answer that it will never change: what is
    addressed by commits alone is kept by caches without asking again."""

    is_conditional = True

    def finalize_response(self, request: ApiRequest, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if request.method not in ("GET", "HEAD") or response.status_code != 200 or response.streaming:
            return response
        patch_vary_headers(response, ["Authorization", "Cookie", "Accept"])
        response.headers.setdefault("Cache-Control", cache_control(bool(getattr(response, "is_settled", False))))
        response.add_post_render_callback(lambda rendered: _conditional(request, rendered))
        return response


def settled(response: Response) -> Response:
    """Marks an answer that no later one will differ from."""
    response.is_settled = True  # type: ignore[attr-defined]
    return response


def cache_control(is_settled: bool) -> str:
    """Shared caches may keep what everybody may read."""
    whose = "public" if settings.ANONYMOUS_PULL else "private"
    return f"{whose}, max-age={YEAR}, immutable" if is_settled else f"{whose}, {AGAIN}"


def _conditional(request: ApiRequest, response: Response) -> HttpResponseBase | None:
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    return get_conditional_response(request._request, etag=etag, response=response)
