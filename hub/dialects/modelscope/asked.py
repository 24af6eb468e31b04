"""One request of a client of ModelScope."""

import re
from functools import cached_property
from urllib.parse import unquote

from hub.accounts.callers import Caller
from hub.dialects.asked import Asked as AnyAsked

COOKIE = "m_session_id"
"""Holds the API token itself: clients take it out of their jar and send it as a bearer token too."""

_NEW = re.compile(r"\bmodelscope_hub/")
_OLD = re.compile(r"\bmodelscope/|^python-requests/")
"""Before 1.38. Their calls about datasets bear the name of the library below them."""
_SESSION = re.compile(r"\bsession_id/([0-9A-Za-z-]{1,64})")
_LISTINGS = frozenset({"files", "tree"})


class Asked(AnyAsked):
    family = "modelscope"

    @cached_property
    def caller(self) -> Caller:
        """By the bearer token, else by the cookie. Raises TokenWrong as below; a token of modelscope.cn, which clients
        send to every hub once somebody has logged in there, makes nobody known."""
        caller = self.caller_with(self.request.META.get("HTTP_AUTHORIZATION", ""))
        cookie = self.request.COOKIES.get(COOKIE, "")
        return self.caller_with(f"Bearer {cookie}") if caller.user is None and cookie else caller

    @property
    def is_openapi(self) -> bool:
        return self.segments[:1] == ("openapi",)

    @property
    def is_new(self) -> bool:
        """Since 1.38: errors are shown with their Message, and listings are given up after 15 seconds."""
        return bool(_NEW.search(self.client))

    @property
    def is_old(self) -> bool:
        """Of an error these show the reason phrase, and only where the status is neither 403 nor 404."""
        return not self.is_new and bool(_OLD.search(self.client))

    @property
    def is_listing(self) -> bool:
        return self.segments[-2:-1] == ("repo",) and self.segments[-1] in _LISTINGS

    @property
    def is_file(self) -> bool:
        return self.segments[-1:] == ("repo",) or "resolve" in self.segments

    @property
    def snapshot(self) -> str:
        """What all files of one snapshot have in common: one id of the call before 1.38, of the process since then."""
        told = "" if self.is_new else str(self.request.META.get("HTTP_SNAPSHOT_IDENTIFIER", ""))[:64]
        match = _SESSION.search(self.client)
        return told or (match[1] if match else "")

    def spellings_of(self, name: str) -> list[str]:
        """What a parameter may stand for. Clients of today encode it as a form does; 1.9.5 did not encode at all, so
        that a `+` means itself, and a `%` may."""
        raw = next((part[len(name) + 1 :] for part in self.query_text.split("&") if part.startswith(f"{name}=")), "")
        return list(dict.fromkeys([self.query.get(name), unquote(raw), raw]))
