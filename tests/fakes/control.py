"""The remote control of a fake hub that runs as a process of its own, as JSON over HTTP.

POST   /__control__/faults    one fault or a list of them, as for FaultBook.add
GET    /__control__/faults    those still to come;  DELETE forgets them
GET    /__control__/requests  the log;  DELETE clears it
GET    /__control__/counters  requests and bytes of each origin
POST   /__control__/unplug    {"seconds": 5} to come back by itself
POST   /__control__/replug
POST   /__control__/commit    {"repo": ..., "kind"?, "branch"?, "message"?, "files": {path: text or null}}
POST   /__control__/rewrite   as commit, but as a force-push of one commit without parents
POST   /__control__/repo      {"repo": ..., "kind"?, "gated"?, "private"?, "disabled"?, "rename"?, "remove"?, ...}
POST   /__control__/quirks    {"missing_file": 200}; of ModelScope only
POST   /__control__/user      {"name": ..., "access": [...], "pending": [...]}; answers with the token
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .answers import json_answer
from .wire import Request, Response

if TYPE_CHECKING:
    from .server import FakeServer

CONTROL = "/__control__"
SETTABLE = ("gated", "private", "disabled", "downloads", "likes", "trending", "card", "unsafe_files")


class Control:
    def __init__(self, hub: FakeServer) -> None:
        self.hub = hub
        self.routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("POST", "faults"): self.add_faults,
            ("GET", "faults"): lambda _: hub.faults.as_json(),
            ("DELETE", "faults"): lambda _: hub.faults.clear(),
            ("GET", "requests"): lambda _: hub.requests.as_json(),
            ("DELETE", "requests"): lambda _: hub.requests.clear(),
            ("GET", "counters"): lambda _: hub.requests.counters(),
            ("POST", "unplug"): lambda data: hub.unplug((data or {}).get("seconds")),
            ("POST", "replug"): lambda _: hub.replug(),
            ("POST", "commit"): self.commit,
            ("POST", "rewrite"): self.rewrite,
            ("POST", "repo"): self.change_repo,
            ("POST", "user"): self.add_user,
        }

    def answer(self, request: Request) -> Response:
        name = request.path.removeprefix(CONTROL).strip("/")
        route = self.routes.get((request.method, name))
        if route is None:
            return json_answer({"error": f"no control {request.method} {name}"}, 404)
        try:
            result = route(json.loads(request.body) if request.body else None)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return json_answer({"error": repr(error)}, 400)
        return json_answer({"done": True} if result is None else result)

    def add_faults(self, data: Any) -> Any:
        for options in data if isinstance(data, list) else [data]:
            self.hub.faults.add(**options)
        return self.hub.faults.as_json()

    def commit(self, data: Any) -> Any:
        repo = self.hub.repo(data["repo"], data.get("kind", "model"))
        branch, message = data.get("branch", "main"), data.get("message", "Update files")
        return {"sha": repo.commit(data["files"], message=message, branch=branch).oid}

    def rewrite(self, data: Any) -> Any:
        repo = self.hub.repo(data["repo"], data.get("kind", "model"))
        return {"sha": repo.rewrite(data["files"], branch=data.get("branch", "main")).oid}

    def change_repo(self, data: Any) -> Any:
        repo = self.hub.repo(data["repo"], data.get("kind", "model"))
        for name in SETTABLE:
            if name in data:
                setattr(repo, name, data[name])
        if "rename" in data:
            self.hub.rename(repo.id, data["rename"], repo.kind)
        if data.get("remove"):
            self.hub.remove(repo.id, repo.kind)
        return {"id": repo.id}

    def add_user(self, data: Any) -> Any:
        return {"token": self.hub.add_user(**data).token}
