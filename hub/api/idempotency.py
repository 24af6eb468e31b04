"""Idempotency-Key: a write that is sent twice under one key is done once, and answered alike.

The row is the claim: it is there before the write begins, and only one process can have made it. A refusal is not
kept, as nothing was done; the same key may then be tried again. Who dies in the middle leaves a row that is taken over
after STUCK: by then the write has ended one way or the other, and asking for the same thing again joins it.
"""

import functools
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from hub.api.callers import owner_of
from hub.api.models import KeptAnswer
from hub.errors import BadInput, KeyInUse, KeyReused

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(hours=24)
STUCK = timedelta(minutes=5)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_HEADERS = ("Location",)

View = TypeVar("View", bound=Callable[..., Response])


def idempotent(method: View) -> View:
    """For a view's method that writes. Without the header nothing changes."""

    @functools.wraps(method)
    def once(self: Any, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER, "")
        if not key:
            return method(self, request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            raise BadInput(f"the {HEADER} makes no sense", "use 1 to 200 visible ASCII characters, e.g. a UUID")
        row = _claim(owner_of(request), key, _digest(request))
        if row.status is not None:
            return _replay(row)
        return _do(row, lambda: method(self, request, *args, **kwargs))

    return once  # type: ignore[return-value]


def _digest(request: ApiRequest) -> str:
    # The parsed body, so that spaces and the order of keys do not matter; a body that is no JSON is refused here.
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n{body}".encode(errors="replace")).hexdigest()


def _claim(owner: str, key: str, digest: str) -> KeptAnswer:
    """A row of our own without a status, or one that holds the answer. Raises KeyReused and KeyInUse."""
    now = timezone.now()
    KeptAnswer.objects.filter(created_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(owner=owner, key=key, digest=digest)
    except IntegrityError:
        row = KeptAnswer.objects.filter(owner=owner, key=key).first()
    if row is not None and row.digest != digest:
        raise KeyReused(f"this {HEADER} came with another request before", "use a new key for each thing to do")
    if row is not None and row.status is not None:
        return row
    stuck = KeptAnswer.objects.filter(owner=owner, key=key, digest=digest, status=None, begun_at__lt=now - STUCK)
    if row is not None and stuck.update(begun_at=now):
        return row
    raise KeyInUse("the same write is being done at this moment", "send it again in a moment, with the same key", 1)


def _do(row: KeptAnswer, write: Callable[[], Response]) -> Response:
    try:
        response = write()
    except BaseException:
        row.delete()
        raise
    if response.status_code >= 400:
        row.delete()
        return response
    row.status = response.status_code
    row.headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    row.body = "" if response.data is None else JSONRenderer().render(response.data).decode()
    row.save(update_fields=["status", "headers", "sealed_body"])
    return response


def _replay(row: KeptAnswer) -> Response:
    response = Response(json.loads(row.body) if row.body else None, status=row.status)
    for name, value in {**row.headers, REPLAYED: "true"}.items():
        response.headers[name] = value
    return response
