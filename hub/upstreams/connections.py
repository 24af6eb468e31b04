"""Connections to an upstream and its content network: kept open, bounded in time, never into our own network unasked.

The address is checked on the socket itself, after the name was resolved and before a byte is sent, so that a name
which resolves differently the second time (DNS rebinding) gains nothing. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are
honoured; behind a proxy it is the proxy that resolves names, and that decides what it reaches.
"""

import logging
import re
import socket
import time
from collections.abc import Callable, Mapping
from urllib.request import getproxies_environment, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from hub import metrics
from hub.errors import UpstreamBroken, UpstreamError, UpstreamTokenWrong, UpstreamUnreachable
from hub.tracing import CLIENT, span
from hub.upstreams.budget import Budgets
from hub.upstreams.hosts import Hosts, Origin, is_public
from hub.upstreams.patience import patience_left
from hub.upstreams.question import SOON, WAY

CONNECT_SECONDS = 5
READ_SECONDS = 30
"""The longest silence between two pieces of an answer."""

POOLS = 32
"""How many hosts stay connected: the upstream and the nodes of its content network."""

_TOKEN = re.compile(r"[\x21-\x7e]*")

logger = logging.getLogger(__name__)


def check_token(name: str, token: str) -> None:
    """Raises UpstreamTokenWrong for a token that no header could carry."""
    if not _TOKEN.fullmatch(token):
        raise UpstreamTokenWrong(
            f"the token set for upstream {name} holds characters that no token has", "enter it again in the admin"
        )


def bearer(token: str) -> dict[str, str]:
    """How most hubs want to be shown a token."""
    return {"Authorization": f"Bearer {token}"}


def _checked(connection: socket.socket, host: str) -> socket.socket:
    address = connection.getpeername()[0]
    if is_public(address):
        return connection
    connection.close()
    raise UpstreamBroken(
        f"{host} turned out to be {address}, an address inside our own network",
        f"add {host} to HUB_UPSTREAM_HOSTS if that is right",
    )


class _PublicConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), self.host)


class _PublicTLSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), self.host)


class _PublicPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicTLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicTLSConnection


class Connections:
    """Open connections of one upstream; `size` is how many to one host are kept for the next request. Thread-safe.

    `budgets` are asked before, and told after, every request to the upstream's own host; `shown` makes the headers
    that show a token.
    """

    def __init__(
        self,
        hosts: Hosts,
        size: int,
        budgets: Budgets | None = None,
        shown: Callable[[str], Mapping[str, str]] = bearer,
    ) -> None:
        self.hosts = hosts
        self._shown = shown
        self._budgets = budgets
        self._inside = urllib3.PoolManager(POOLS, maxsize=size, block=False)
        self._public = urllib3.PoolManager(POOLS, maxsize=size, block=False)
        self._public.pool_classes_by_scheme = {"http": _PublicPool, "https": _PublicTLSPool}
        self._proxies = {
            scheme: _proxy(address, size) for scheme, address in getproxies_environment().items() if scheme != "no"
        }

    def get(self, url: str, headers: Mapping[str, str], token: str = "") -> tuple[Origin, urllib3.BaseHTTPResponse]:
        """Who was asked, and the answer to one GET: its body unread, its redirect not followed.

        The token goes along only where `Hosts.may_have_token` says so.
        Raises UpstreamBroken for a host that is not allowed, UpstreamUnreachable where no answer came, and
        UpstreamBudgetSpent where the request must not go out now.
        """
        origin = self.hosts.admit(url)
        budgets = self._budgets if self.hosts.is_own(origin) else None
        if budgets is not None:
            budgets.before(url)
        if token and self.hosts.may_have_token(origin):
            headers = {**headers, **self._shown(token)}
        response = self._answer(origin, url, headers)
        if budgets is not None:
            budgets.after(url, response.status, response.headers)
        return origin, response

    def _answer(self, origin: Origin, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        try:
            return self._ask(origin, url, headers)
        except ProtocolError as error:
            # Most often a kept connection that the other side had just closed; asking once more is safe for a GET.
            logger.debug("%s hung up before it answered: %s", origin.host, error)
        try:
            return self._ask(origin, url, headers)
        except ProtocolError as error:
            raise UpstreamUnreachable(f"{self._who(origin)} hung up before it answered", SOON) from error

    def _ask(self, origin: Origin, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        with span("GET upstream", CLIENT, server_address=origin.host, upstream=self.hosts.name):
            return self._asked(origin, url, headers)

    def _asked(self, origin: Origin, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        timeout = self._timeout(origin)
        began, status = time.monotonic(), "none"
        try:
            response = self._manager(origin).urlopen(
                "GET",
                url,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=timeout,
            )
            status = str(response.status)
            return response
        except ProtocolError:
            raise
        except HTTPError as error:
            raise _unreachable(self._who(origin), error, timeout) from error
        finally:
            metrics.UPSTREAM_ANSWERS.labels(self.hosts.name, status).inc()
            metrics.UPSTREAM_SECONDS.labels(self.hosts.name).observe(time.monotonic() - began)

    def _timeout(self, origin: Origin) -> urllib3.Timeout:
        left = patience_left()
        if left is None:
            return urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        if left <= 0:
            raise UpstreamUnreachable(f"{self._who(origin)} takes longer to answer than a page can wait", SOON)
        return urllib3.Timeout(connect=min(CONNECT_SECONDS, left), read=min(READ_SECONDS, left))

    def _manager(self, origin: Origin) -> urllib3.PoolManager:
        proxy = self._proxies.get(origin.scheme) or self._proxies.get("all")
        if proxy is not None and not _is_loopback(origin.host) and not proxy_bypass(origin.host):
            return proxy
        return self._inside if self.hosts.may_be_private(origin) else self._public

    def _who(self, origin: Origin) -> str:
        return self.hosts.name if self.hosts.is_own(origin) else f"{origin.host} (on behalf of {self.hosts.name})"


def _proxy(address: str, size: int) -> urllib3.ProxyManager:
    try:
        return urllib3.ProxyManager(address, POOLS, maxsize=size, block=False)
    except (HTTPError, ValueError) as error:
        raise UpstreamError(
            f"the proxy of the environment cannot be used: {error}", "set HTTPS_PROXY to an http:// address"
        ) from error


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host == "::1" or host.startswith("127.")


def _unreachable(who: str, error: HTTPError, timeout: urllib3.Timeout) -> UpstreamUnreachable:
    if isinstance(error, ProxyError):
        return UpstreamUnreachable(f"{who} cannot be reached through the proxy: {error}", "check HTTPS_PROXY")
    if isinstance(error, NameResolutionError):
        return UpstreamUnreachable(f"{who} cannot be reached: its name cannot be resolved", "check the network's DNS")
    if isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError):
        seconds = f"{timeout.connect_timeout:.0f}"
        return UpstreamUnreachable(f"{who} cannot be reached: no connection within {seconds} seconds", WAY)
    if isinstance(error, NewConnectionError):
        return UpstreamUnreachable(f"{who} cannot be reached: the connection was refused or there is no way to it", WAY)
    if isinstance(error, ReadTimeoutError):
        return UpstreamUnreachable(f"{who} did not answer within {timeout.read_timeout:.0f} seconds", SOON)
    if isinstance(error, SSLError):
        return UpstreamUnreachable(
            f"{who} cannot be reached safely: {error}", "point SSL_CERT_FILE at the certificates of your network"
        )
    return UpstreamUnreachable(f"{who} cannot be reached: {error}", WAY)
