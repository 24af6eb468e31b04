"""Server-sent events: how one request, or all transfers, go on.

A stream occupies one of the few threads of a web process, so each ends after SECONDS and the client comes back by
itself, as every EventSource does; and a process has at most a quarter of its threads for them. Whoever comes when
these are taken is told when to try again. No database connection is held while a stream waits for something to happen.

An event tells the whole state, so nothing is missed in between: `Last-Event-ID` names the state that a client has
seen, and what is still the same is not sent again.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request as ApiRequest
from rest_framework.views import APIView

from hub.api.openapi import described
from hub.api.requests import all_requests
from hub.errors import TooManyStreams
from hub.mirroring.models import Request
from hub.mirroring.pauses import RUNNING
from hub.mirroring.standing import standing_of
from hub.mirroring.traffic import running_transfers, traffic

SECONDS = 60.0
"""How long one stream goes on."""
LOOK_EVERY = 1.0
HEARTBEAT = 15.0
COME_BACK = 2000
"""Milliseconds after which a client comes back."""
MOST_RUNNING = 50

Told = tuple[str, dict[str, Any], bool]
"""The event's name, its data, and whether it is the last there will ever be."""


class EventStream(BaseRenderer):
    """Chosen where a client accepts text/event-stream; errors are JSON all the same."""

    media_type = "text/event-stream"
    format = "events"
    charset = None

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return JSONRenderer().render(data)


class _Places:
    """The streams of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0

    def take(self) -> None:
        """Raises TooManyStreams."""
        with self._lock:
            if self._taken >= max(1, settings.WEB_THREADS // 4):
                raise TooManyStreams(
                    "this process follows enough events already", "try again in a moment, or poll instead", 5
                )
            self._taken += 1

    def give_back(self) -> None:
        with self._lock:
            self._taken -= 1


places = _Places()


class Stream:
    """The pieces of one answer. `look` tells the state of now. `close` gives the place back, also where nobody ever
    read from it."""

    def __init__(self, look: Callable[[], Told], seen: str) -> None:
        places.take()
        self._open = True
        self._pieces = self._events(look, seen, time.monotonic() + SECONDS)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces

    def close(self) -> None:
        self._pieces.close()
        if self._open:
            self._open = False
            places.give_back()

    def _events(self, look: Callable[[], Told], seen: str, until: float) -> Any:
        beat = time.monotonic()
        yield f"retry: {COME_BACK}\n\n".encode()
        while True:
            name, data, is_last = look()
            mark = mark_of(data)
            if mark != seen:
                seen, beat = mark, time.monotonic()
                yield event(mark, name, data)
            if is_last or time.monotonic() + LOOK_EVERY > until:
                return
            if time.monotonic() - beat >= HEARTBEAT:
                beat = time.monotonic()
                yield b": still here\n\n"
            _let_go()
            time.sleep(LOOK_EVERY)


def event(mark: str, name: str, data: dict[str, Any]) -> bytes:
    """One event as it goes over the wire; JSON has no line breaks of its own."""
    return f"id: {mark}\nevent: {name}\ndata: {json.dumps(data, default=str)}\n\n".encode()


def mark_of(data: dict[str, Any]) -> str:
    """The same for the same state."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _let_go() -> None:
    # Inside of a transaction (a test's) there is nothing to give back.
    if not connection.in_atomic_block:
        connection.close()


def _streamed(request: ApiRequest, look: Callable[[], Told]) -> HttpResponseBase:
    seen = request.headers.get("Last-Event-ID", "")
    _, data, is_last = look()
    if is_last and mark_of(data) == seen:
        # The one answer after which an EventSource does not come back.
        return HttpResponse(status=204)
    stream = Stream(look, seen)
    return StreamingHttpResponse(
        stream,
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


LAST = OpenApiParameter(
    "Last-Event-ID", str, OpenApiParameter.HEADER, description="The `id` of the last event that was seen."
)
_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "One event.",
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string"},
        "data": {"type": "string", "description": "JSON: see the guide."},
        "retry": {"type": ["integer", "string"], "description": "Milliseconds after which a client comes back."},
    },
}
_ANSWERS: dict[Any, Any] = {(200, "text/event-stream"): _EVENT, 204: None}


@described(
    tags=["requests"],
    summary="Follow a request",
    operation_id="requests_events",
    parameters=[LAST],
    responses=_ANSWERS,
)
class RequestEvents(APIView):
    """`event: standing` with the standing as JSON whenever it changes, `event: ended` as the last. A stream ends after
    60 seconds: come back with Last-Event-ID. 204 says that there is nothing more to come."""

    renderer_classes = [EventStream, JSONRenderer]

    def get(self, request: ApiRequest, pk: int) -> HttpResponseBase:
        get_object_or_404(Request.objects.all(), pk=pk)

        def look() -> Told:
            row = all_requests().filter(pk=pk).first()
            if row is None:
                return "ended", {"id": pk, "state": "gone", "ended": True}, True
            told = standing_of(row)
            return ("ended" if told["ended"] else "standing"), told, told["ended"]

        return _streamed(request, look)


@described(
    tags=["transfers"],
    summary="Follow the transfers",
    operation_id="transfers_events",
    parameters=[LAST],
    responses=_ANSWERS,
)
class TransferEvents(APIView):
    """`event: transfers` with what runs now and what waits, as JSON, whenever it changes. A stream ends after 60
    seconds: come back with Last-Event-ID."""

    renderer_classes = [EventStream, JSONRenderer]

    def get(self, request: ApiRequest) -> HttpResponseBase:
        return _streamed(request, _transfers)


def _transfers() -> Told:
    shares = traffic().value.shares
    waiting = [share for share in shares if share.standing != RUNNING]
    running = running_transfers()[:MOST_RUNNING]
    return (
        "transfers",
        {
            "running_files": sum(share.files for share in shares if share.standing == RUNNING),
            "waiting_files": sum(share.files for share in waiting),
            "bytes_left": sum(share.left for share in shares),
            "running": [
                {
                    "id": row.pk,
                    "upstream": row.upstream.slug,
                    "kind": row.kind,
                    "repo_id": row.repo_id,
                    "path": row.path,
                    "size": row.size,
                    "received": row.received,
                    "bytes_per_second": row.bytes_per_second,
                }
                for row in running
            ],
        },
        False,
    )
