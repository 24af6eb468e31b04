"""One question to the API of an upstream, and its JSON."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from urllib3.exceptions import HTTPError

from hub.errors import UpstreamBroken, UpstreamRateLimited, UpstreamUnreachable
from hub.upstreams.connections import Connections
from hub.upstreams.question import SOON, Question
from hub.upstreams.redirects import Answer, discard, follow

MOST_REDIRECTS = 20
"""As many as the hubs' own clients follow; another Entrepot holds its answer back by redirecting to itself."""

LONGEST_JSON = 128 * 1024 * 1024
RETRY_SECONDS = 1.0
"""One more try bridges a hiccup; whatever lasts longer is for the worker, which repeats whole steps."""

HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip"}

Refuse = Callable[[Answer, bytes, Question], NoReturn]
"""Raises what an answer outside of 200..299 means to this kind of upstream; the body may be cut off."""


def _as_it_is(answer: Answer, data: Any, question: Question) -> Any:
    return data


@dataclass(frozen=True)
class Told:
    """What the upstream told: the JSON, and the `Link` header with the next page."""

    data: Any
    link: str


@dataclass(frozen=True)
class Asker:
    """Asks one upstream as one account; "" as token is nobody. `unwrap` takes the data out of a kind's envelope, and
    may find that it is an error after all."""

    connections: Connections
    token: str
    user_agent: str
    refuse: Refuse
    unwrap: Callable[[Answer, Any, Question], Any] = _as_it_is

    def ask(self, url: str, question: Question) -> Told:
        """The JSON at `url`. Raises what `refuse` makes of the answer, UpstreamUnreachable or UpstreamBroken."""
        try:
            return self._ask_once(url, question)
        except (UpstreamUnreachable, UpstreamRateLimited) as error:
            wait = error.retry_after
            if wait is None and isinstance(error, UpstreamRateLimited):
                raise
            if (wait or 0) > RETRY_SECONDS:
                raise
        time.sleep(RETRY_SECONDS)
        return self._ask_once(url, question)

    def _ask_once(self, url: str, question: Question) -> Told:
        headers = HEADERS | {"User-Agent": self.user_agent}
        answer = follow(self.connections, url, headers, self.token, MOST_REDIRECTS)
        body = _body(answer, question)
        if answer.response.status != 200:
            self.refuse(answer, body, question)
        return Told(self.unwrap(answer, _json(answer, body, question), question), answer.header("link"))


def _body(answer: Answer, question: Question) -> bytes:
    """All of the body. What does not end in time or size is no answer."""
    try:
        body = answer.response.read(LONGEST_JSON + 1, decode_content=True)
        while len(body) <= LONGEST_JSON and (more := answer.response.read(LONGEST_JSON, decode_content=True)):
            body += more
    except (HTTPError, OSError) as error:
        discard(answer.response)
        raise UpstreamUnreachable(f"{question.name} stopped in the middle of its answer", SOON) from error
    if len(body) > LONGEST_JSON:
        discard(answer.response)
        raise UpstreamBroken(f"{question.name} gave an answer of more than {LONGEST_JSON >> 20} MiB")
    answer.response.release_conn()
    return bytes(body)


def _json(answer: Answer, body: bytes, question: Question) -> Any:
    try:
        # NaN and Infinity are no JSON, and no database takes them.
        return json.loads(body, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        kind = "a web page" if "html" in answer.header("content-type").lower() else "something that is not JSON"
        raise UpstreamBroken(
            f"{question.name} answered with {kind}",
            "check the upstream's address, and whether a proxy or a login page stands in between",
        ) from None
