"""One request, as far as every dialect wants to know it."""

import string
from functools import cached_property
from urllib.parse import parse_qsl, quote, urlsplit

from django.conf import settings
from django.http import HttpRequest

from hub.accounts.callers import Caller
from hub.accounts.tokens import caller_of

_TRUE = frozenset({"true", "1"})


def raw_path(request: HttpRequest) -> str:
    """The path as the client wrote it. gunicorn keeps it as RAW_URI, uWSGI as REQUEST_URI; other servers only tell
    the decoded path, which is quoted again."""
    target = str(request.META.get("RAW_URI") or request.META.get("REQUEST_URI") or "")
    if not target:
        return quote(request.path_info, safe="/:@!$&'()*,;=+~")
    path = target.partition("?")[0]
    if not path.isascii():
        path = quote(path.encode("latin-1", "replace"), safe=string.punctuation)
    if not path.startswith("/"):
        path = urlsplit(path).path
    return path.removeprefix(str(request.META.get("SCRIPT_NAME", "")))


def segments_of(path: str) -> tuple[str, ...]:
    """Non-empty segments, still quoted; `//api` comes from an endpoint that was set with a slash at its end."""
    return tuple(segment for segment in path.split("/") if segment)


class Query:
    """Parameters as the clients send them: `expand[]=x` is `expand=x`, and `True` is `true`."""

    def __init__(self, text: str) -> None:
        self.pairs = [(name.removesuffix("[]"), value) for name, value in parse_qsl(text, keep_blank_values=True)]

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name and value]

    def flag(self, name: str) -> bool:
        return self.get(name).lower() in _TRUE

    def number(self, name: str, default: int, most: int) -> int:
        """At least 1; `default` for what is no number."""
        text = self.get(name)
        return max(1, min(int(text), most)) if text.isdecimal() and len(text) < 10 else default


class Asked:
    """`segments` are the path's, still quoted. `family` is the kind of upstream that speaks the same dialect."""

    family = ""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.path = raw_path(request)
        self.segments = segments_of(self.path)
        self.method = request.method or "GET"

    @cached_property
    def query_text(self) -> str:
        return str(self.request.META.get("QUERY_STRING", ""))

    @cached_property
    def query(self) -> Query:
        return Query(self.query_text)

    @cached_property
    def caller(self) -> Caller:
        """Raises TokenWrong for a token of this hub that is over. A token of another hub makes nobody known."""
        return self.caller_with(self.request.META.get("HTTP_AUTHORIZATION", ""))

    def caller_with(self, authorization: str) -> Caller:
        return caller_of(authorization, self.request.META.get("REMOTE_ADDR", ""), self.client[:300])

    @property
    def client(self) -> str:
        return str(self.request.META.get("HTTP_USER_AGENT", ""))

    @property
    def base(self) -> str:
        """How people reach this hub, without a slash at the end; addresses that leave the hub begin with it."""
        return settings.EXTERNAL_URL or f"{self.request.scheme}://{self.request.get_host()}"

    @property
    def is_secure(self) -> bool:
        return self.base.startswith("https://")

    @property
    def prefix(self) -> str:
        """The path under which a proxy shows this hub; relative redirects begin with it (huggingface_hub#2808)."""
        outside = "/" + settings.EXTERNAL_URL.split("://", 1)[-1].partition("/")[2]
        return outside.rstrip("/") or str(self.request.META.get("SCRIPT_NAME", ""))
