"""Redirects, followed by hand: every hop is looked at before it is asked, and the token stays at home."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin

import urllib3

from hub.errors import UpstreamBroken
from hub.upstreams.connections import Connections
from hub.upstreams.hosts import Origin

REDIRECTS = frozenset({301, 302, 303, 307, 308})
SHORT_BODY = 64 * 1024
"""A body of up to this many bytes is read to its end, so that the connection can be used again."""


@dataclass(frozen=True)
class Answer:
    """The last answer of a chain of redirects; its body is unread."""

    response: urllib3.BaseHTTPResponse
    url: str
    is_own: bool
    """Whether the upstream's own host gave it, rather than a content network."""

    def header(self, name: str) -> str:
        return self.response.headers.get(name, "")


def follow(
    connections: Connections,
    url: str,
    headers: Mapping[str, str],
    token: str,
    most: int,
    look: Callable[[Answer], None] = lambda hop: None,
) -> Answer:
    """Asks `url` and follows at most `most` redirects; `look` sees every answer on the way, the last one too.

    Raises UpstreamBroken for a redirect to nowhere, to a host that is not allowed, or one too many, and
    UpstreamUnreachable.
    """
    hosts = connections.hosts
    for _ in range(most + 1):
        origin, response = connections.get(url, headers, token)
        answer = Answer(response, url, hosts.is_own(origin))
        try:
            look(answer)
            if response.status not in REDIRECTS:
                return answer
            url = _target(answer, origin)
        except BaseException:
            discard(response)
            raise
        start_of_body(response)
    raise UpstreamBroken(f"{hosts.name} sent us from one address to the next more than {most} times")


def _target(answer: Answer, origin: Origin) -> str:
    location = answer.header("location").strip()
    if not location:
        raise UpstreamBroken(f"{origin.host} answered {answer.response.status} without saying where to go")
    # Headers arrive as latin-1; raw UTF-8 in them is what some mirrors send in place of percent-escapes.
    escaped = quote(location.encode("latin-1", "replace"), safe="%/:=&?~#+!$,;'@()*[]|\\^`{}\"<> ")
    try:
        return urljoin(answer.url, escaped)
    except ValueError:
        raise UpstreamBroken(f"{origin.host} sent us to an address that makes no sense") from None


def start_of_body(response: urllib3.BaseHTTPResponse) -> bytes:
    """The first SHORT_BODY bytes of a body that is worth no more; "" where it breaks off.

    Gives the connection back where that was all, and closes it where more would come.
    """
    try:
        body = response.read(SHORT_BODY, decode_content=False)
    except (urllib3.exceptions.HTTPError, OSError):
        body = b""
    if getattr(response, "length_remaining", None) == 0:
        response.release_conn()
    else:
        discard(response)
    return body


def discard(response: urllib3.BaseHTTPResponse) -> None:
    """Closes the connection: what is left of the body is not worth reading."""
    response.close()
    response.release_conn()
