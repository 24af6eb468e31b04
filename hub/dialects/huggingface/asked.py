"""One request, as far as every route wants to know it."""

import re
from functools import cached_property
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest

from hub.accounts.callers import Caller
from hub.accounts.tokens import caller_of
from hub.dialects.huggingface.addresses import raw_path, segments_of

_CLIENT = re.compile(r"hf_hub/(\d+)\.(\d+)")
_TRUE = frozenset({"true", "1"})


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
    """`segments` are the path's, still quoted."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.path = raw_path(request)
        self.segments = segments_of(self.path)
        self.method = request.method or "GET"
        self.is_api = self.segments[:1] == ("api",)

    @cached_property
    def query_text(self) -> str:
        return str(self.request.META.get("QUERY_STRING", ""))

    @cached_property
    def query(self) -> Query:
        return Query(self.query_text)

    @cached_property
    def caller(self) -> Caller:
        """Raises TokenWrong for a token of this hub that is over. A token of another hub makes nobody known."""
        meta = self.request.META
        return caller_of(meta.get("HTTP_AUTHORIZATION", ""), meta.get("REMOTE_ADDR", ""), self.client[:300])

    @property
    def client(self) -> str:
        return str(self.request.META.get("HTTP_USER_AGENT", ""))

    @property
    def hub_version(self) -> tuple[int, int] | None:
        """Which huggingface_hub asks; None for other clients."""
        match = _CLIENT.search(self.client)
        return (int(match[1]), int(match[2])) if match else None

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
