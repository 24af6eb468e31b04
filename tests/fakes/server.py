"""What every fake hub is: two origins that share one set of repositories, one book of faults and one log."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Self, TypedDict, Unpack

from .access import Gatekeeper, User, token_of
from .content import FakeRepo, Kind
from .control import CONTROL, Control
from .faults import Fault, FaultBook, after_answer, before_answer
from .log import Entry, RequestLog
from .routes import Catalogue
from .wire import Delivery, Origin, Request, Response, Slice


class Where(TypedDict, total=False):
    """Where a fake listens, and how fast it sends.

    cdn_host     has to differ from host by name: clients take another port of the same host for the same server
    cdn_url      how callers reach the CDN, if not by its host and port
    path_prefix  serve the hub under this path, as some hubs do
    rate         bytes per second of each connection, for file content; 0 is as fast as possible
    """

    host: str
    port: int
    cdn_host: str
    cdn_port: int
    cdn_url: str
    control_port: int
    path_prefix: str
    rate: int


class FakeServer:
    """A hub that gives wrong answers when told to. The right ones are in `answer` and `answer_cdn` of each hub."""

    def __init__(self, gate: Gatekeeper, **where: Unpack[Where]) -> None:
        host = where.get("host", "127.0.0.1")
        self.path_prefix = where.get("path_prefix", "").rstrip("/")
        self.rate = where.get("rate", 0)
        self.gate = gate
        self.catalogue = Catalogue()
        self.faults = FaultBook()
        self.requests = RequestLog()
        self.control = Control(self)
        self._cdn_url = where.get("cdn_url", "")
        self.hub_origin = Origin("hub", self._on_hub, host, where.get("port", 0))
        self.cdn_origin = Origin("cdn", self._on_cdn, where.get("cdn_host", "127.0.0.2"), where.get("cdn_port", 0))
        self.control_origin = Origin("control", self.control.answer, host, where.get("control_port", 0))

    def answer(self, request: Request) -> Response:
        """What the hub says when nothing is wrong with it."""
        raise NotImplementedError

    def answer_cdn(self, request: Request) -> Response:
        """What the origin of the big files says when nothing is wrong with it."""
        raise NotImplementedError

    def answer_instead(self, fault: Fault | None, request: Request) -> Response | None:
        """The answer that takes the place of the right one, if the fault has one."""
        return before_answer(fault)

    def token_for(self, name: str) -> str:
        return token_of(name)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        for origin in (self.hub_origin, self.cdn_origin, self.control_origin):
            origin.plug_in()

    def stop(self) -> None:
        for origin in (self.hub_origin, self.cdn_origin, self.control_origin):
            origin.unplug()

    def unplug(self, seconds: float | None = None) -> None:
        """Both origins refuse everything; with seconds, only for so long. The control port stays open."""
        self.hub_origin.unplug()
        self.cdn_origin.unplug()
        if seconds is not None:
            timer = threading.Timer(seconds, self.replug)
            timer.daemon = True
            timer.start()

    def replug(self) -> None:
        self.hub_origin.plug_in()
        self.cdn_origin.plug_in()

    @property
    def url(self) -> str:
        """The address to give to clients as the endpoint."""
        return self.hub_origin.url + self.path_prefix

    @property
    def cdn_url(self) -> str:
        return self._cdn_url or self.cdn_origin.url

    @property
    def control_url(self) -> str:
        return self.control_origin.url + CONTROL

    def site(self, request: Request) -> str:
        """The address by which this caller knows the hub."""
        host = request.header("host")
        return (f"http://{host}" if host else self.hub_origin.url) + self.path_prefix

    def segments(self, request: Request) -> list[str]:
        """The parts of the path below the prefix, as they were sent."""
        path = request.path
        if not (path + "/").startswith(self.path_prefix + "/"):
            return []
        return [segment for segment in path.removeprefix(self.path_prefix).split("/") if segment]

    def add(self, repo: FakeRepo) -> FakeRepo:
        self.catalogue.add(repo)
        return repo

    def extend(self, repos: Iterable[FakeRepo]) -> None:
        """Many at once, as `shelf` makes them."""
        self.catalogue.extend(repos)

    def repo(self, repo_id: str, kind: Kind = "model") -> FakeRepo:
        found = self.catalogue.find(kind, repo_id)
        if found is None:
            raise KeyError(f"there is no {kind} {repo_id}")
        return found

    def rename(self, repo_id: str, new_id: str, kind: Kind = "model") -> None:
        """The old name goes on working."""
        self.catalogue.rename(self.repo(repo_id, kind), new_id)

    def remove(self, repo_id: str, kind: Kind = "model") -> None:
        self.catalogue.remove(repo_id, kind)

    def add_user(
        self,
        name: str,
        access: Collection[str] = (),
        pending: Collection[str] = (),
        rejected: Collection[str] = (),
        token: str = "",
    ) -> User:
        """Somebody with a valid token, who may read the named gated and private repositories and their own."""
        user = User(name, token or self.token_for(name), set(access), set(pending), set(rejected))
        self.gate.users[user.token] = user
        return user

    def _on_hub(self, request: Request) -> Response:
        if request.path.startswith(CONTROL):
            return self.control.answer(request)
        return self._exchange(request, self.answer)

    def _on_cdn(self, request: Request) -> Response:
        return self._exchange(request, self.answer_cdn)

    def _exchange(self, request: Request, answer: Callable[[Request], Response]) -> Response:
        """One request: the right answer, unless a fault wants another one, and the line in the log."""
        entry = Entry(request.method, request.target, request.origin, dict(request.headers))
        fault = self.faults.take(request)
        response = self.answer_instead(fault, request) or safely(answer, request)
        if fault is None and request.method == "GET" and response.status in (200, 206):
            fault = self.faults.take(request, of_body=True)
            if fault is not None and fault.kind == "ignore-range":
                response = safely(answer, without_range(request))
        if self.rate and isinstance(response.body, Slice):
            response = replace(response, delivery=Delivery(rate=self.rate))
        entry.status, entry.fault = response.status, fault.kind if fault else ""
        request.on_sent = entry.add_sent
        self.requests.append(entry)
        return after_answer(fault, response)


def without_range(request: Request) -> Request:
    return replace(request, headers={name: value for name, value in request.headers.items() if name != "range"})


def safely(answer: Callable[[Request], Response], request: Request) -> Response:
    """A bug of the fake must be seen as one, not as a hub that hangs up."""
    try:
        return answer(request)
    except Exception:
        traceback.print_exc()
        return Response(500, [("Content-Type", "text/plain")], traceback.format_exc().encode())
