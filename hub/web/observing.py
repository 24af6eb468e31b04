"""The outermost middleware: every request gets its id, and is counted when its answer leaves."""

from collections.abc import Callable
from functools import lru_cache
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter, Histogram

from hub import logs, metrics
from hub.tracing import SERVER, span

Answerer = Callable[[HttpRequest], HttpResponseBase]

OWN = {"api": "api", "static": "static", "health": "health", "metrics": "metrics", "admin": "admin"}
"""Routes below `/-/` by the first word; everything else there is a page."""


class Observed:
    """A few microseconds per request: a small file takes some hundred."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = _traced(get_response) if settings.OTEL else get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began, meta = perf_counter(), request.META
        own_id = logs.id_for(meta.get("HTTP_X_REQUEST_ID", ""), meta.get("HTTP_X_AMZN_TRACE_ID", ""))
        logs.begin_request(own_id)
        response = self.get_response(request)
        response.headers["X-Request-Id"] = own_id
        answers, seconds = _counted(route_of(request.path_info), response.status_code)
        answers.inc()
        seconds.observe(perf_counter() - began)
        return response


def _traced(get_response: Answerer) -> Answerer:
    def answer(request: HttpRequest) -> HttpResponseBase:
        route, method = route_of(request.path_info), request.method or ""
        about_it = {"http_route": route, "http_request_method": method, "url_path": request.path_info}
        with span(f"{method} {route}", SERVER, request.headers, **about_it) as current:
            response = get_response(request)
            if current is not None:
                current.set_attribute("http.response.status_code", response.status_code)
            return response

    return answer


def route_of(path: str) -> str:
    """One of a dozen words; an address makes no new one, however it is written."""
    if path.startswith("/-/"):
        return OWN.get(path[3:].partition("/")[0], "pages")
    if "/resolve/" in path or "/raw/" in path or (path.startswith("/api/v1/") and path.endswith("/repo")):
        return "resolve"
    if not path.startswith(("/api/", "/openapi/")):
        return "other"
    is_tree = "/tree/" in path or "/paths-info/" in path or path.endswith(("/repo/files", "/repo/tree"))
    return "tree" if is_tree else "info"


@lru_cache(maxsize=1024)
def _counted(route: str, status: int) -> tuple[Counter, Histogram]:
    """The library's own lookup by labels costs more than counting."""
    return metrics.ANSWERS.labels(route, str(status)), metrics.ANSWER_SECONDS.labels(route)
