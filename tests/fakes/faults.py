"""The ways in which the fake hub can misbehave.

    status        answer with `status` (429 comes with Retry-After and an empty rate limit budget); ModelScope puts
                  `code` into the body, which makes an error of a 200 as well
    reset         end the connection with a RST: before the answer, or after `after` bytes of the body
    stall         wait `seconds`: before the answer, or after `after` bytes of the body
    truncate      promise the whole body, close after `after` bytes
    corrupt       flip one byte, at `after` or in the middle; the length stays right
    ignore-range  answer a Range request with 200 and the whole body
    login-page    answer 200 with an HTML page, as a captive portal does
    expired       answer 403 as the CDN does for a signed URL whose time is over
    slow          send the body at `rate` bytes per second
    overload      of ModelScope only: say that the repository is missing, when the database is out of breath

A fault of the body waits for an answer that has one (200 or 206 to a GET): redirects do not use it up.
"""

from __future__ import annotations

import re
import threading
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from .wire import Delivery, Request, Response

FaultKind = Literal[
    "status", "reset", "stall", "truncate", "corrupt", "ignore-range", "login-page", "expired", "slow", "overload"
]
LOGIN_PAGE = (
    b"<!doctype html><html><head><title>Sign in</title></head><body>Please sign in to the network.</body></html>"
)
EXPIRED = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>'
)


@dataclass
class Fault:
    kind: FaultKind
    path: str = ""
    method: str = ""
    origin: str = ""
    times: int | None = 1
    status: int = 503
    retry_after: int | None = None
    after: int | None = None
    seconds: float = 0.0
    rate: int = 0
    code: int = 0

    @property
    def is_of_body(self) -> bool:
        return self.kind in ("truncate", "corrupt", "slow", "ignore-range") or (
            self.kind in ("reset", "stall") and self.after is not None
        )

    def matches(self, request: Request) -> bool:
        if self.kind == "ignore-range" and not request.header("range"):
            return False
        return (
            (not self.method or self.method == request.method)
            and (not self.origin or self.origin == request.origin)
            and re.search(self.path, request.target) is not None
        )


class FaultBook:
    """The faults still to come. The first that matches a request is used up by it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self,
        kind: FaultKind,
        *,
        path: str = "",
        method: str = "",
        origin: str = "",
        times: int | None = 1,
        status: int = 503,
        retry_after: int | None = None,
        after: int | None = None,
        seconds: float = 0.0,
        rate: int = 0,
        code: int = 0,
    ) -> Fault:
        """Misbehave for the next `times` matching requests, or for ever when `times` is None."""
        if kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault {kind!r}; known are {', '.join(get_args(FaultKind))}")
        origin = origin or ("cdn" if kind == "expired" else "")
        fault = Fault(kind, path, method, origin, times, status, retry_after, after, seconds, rate, code)
        re.compile(path)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def take(self, request: Request, of_body: bool = False) -> Fault | None:
        if not self._faults:
            return None
        with self._lock:
            due = (fault for fault in self._faults if fault.is_of_body == of_body)
            fault = next((fault for fault in due if fault.matches(request)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
            return fault


def before_answer(fault: Fault | None) -> Response | None:
    """The answer that takes the place of the right one, if the fault has one."""
    if fault is None:
        return None
    if fault.kind == "status":
        return _status(fault)
    if fault.kind == "login-page":
        return Response(200, [("Content-Type", "text/html; charset=utf-8")], LOGIN_PAGE)
    if fault.kind == "expired":
        return Response(403, [("Content-Type", "application/xml")], EXPIRED)
    return None


def _status(fault: Fault) -> Response:
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    if fault.status == 429:
        wait = 1 if fault.retry_after is None else fault.retry_after
        headers += [
            ("Retry-After", str(wait)),
            ("RateLimit", f'"api";r=0;t={wait}'),
            # The quota that the other answers of a hub that enforces nothing tell (access.GENEROUS).
            ("RateLimit-Policy", '"fixed window";"api";q=1000000;w=300'),
        ]
    elif fault.retry_after is not None:
        headers.append(("Retry-After", str(fault.retry_after)))
    return Response(fault.status, headers, b"" if fault.status in (204, 304) else b"The fake hub was told to fail.")


def after_answer(fault: Fault | None, response: Response) -> Response:
    """The right answer, sent in the wrong way."""
    if fault is None:
        return response
    how = response.delivery
    if fault.kind == "reset" and fault.after is None:
        return replace(response, reset_at_once=True)
    if fault.kind == "stall" and fault.after is None:
        return replace(response, wait=fault.seconds)
    return replace(response, delivery=_delivery(fault, response, how))


def _delivery(fault: Fault, response: Response, how: Delivery) -> Delivery:
    after = response.length // 2 if fault.after is None else fault.after
    if fault.kind == "reset":
        return replace(how, hang_up_after=after, reset=True)
    if fault.kind == "truncate":
        return replace(how, hang_up_after=min(after, max(0, response.length - 1)))
    if fault.kind == "stall":
        return replace(how, stall_after=after, stall_seconds=fault.seconds)
    if fault.kind == "corrupt":
        return replace(how, corrupt_at=min(after, max(0, response.length - 1)))
    if fault.kind == "slow":
        return replace(how, rate=fault.rate or 64 << 10)
    return how
