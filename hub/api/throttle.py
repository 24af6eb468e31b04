"""How much one caller may write: counted by account, or by address without one, in all processes together."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import BaseThrottle

from hub.api.callers import owner_of
from hub.counters import counters

SECONDS = 60.0


class Writes(BaseThrottle):
    """So many writes a minute."""

    name, most = "writes", 120

    def __init__(self) -> None:
        self._left = SECONDS

    def allow_request(self, request: Any, view: Any) -> bool:
        if request.method in SAFE_METHODS:
            return True
        total, self._left = counters().add(f"api {self.name} {owner_of(request)}", 1, SECONDS)
        return total <= self.most

    def wait(self) -> float:
        return self._left


class Questions(Writes):
    """For what makes this hub ask an upstream while the caller waits."""

    name, most = "questions", 30
