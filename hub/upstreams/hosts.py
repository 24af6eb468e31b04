"""Where an upstream may send us: the one list of hosts, and the one parser of the addresses it names.

A redirect is an upstream's word, not an operator's. It may lead to the upstream's own host (any port), to a known
content network, or to a host in HUB_UPSTREAM_HOSTS; never from https down to http. The token goes to the upstream's
own origin only. Addresses inside our own network are for hosts that an operator has named (see `may_be_private`).
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from hub.errors import UpstreamBroken, UpstreamError

HUGGINGFACE_CDN = ("huggingface.co", "*.huggingface.co", "hf.co", "*.hf.co")
"""Seen behind /resolve/: cdn-lfs*.huggingface.co, cdn-lfs*.hf.co, cas-bridge.xethub.hf.co, us.aws.cdn.hf.co."""

MODELSCOPE_CDN = ("modelscope.cn", "www.modelscope.cn", "cdn-lfs-cn-*.modelscope.cn", "*.oss-cn-*.aliyuncs.com")
"""Seen behind /repo: cdn-lfs-cn-1.modelscope.cn, and buckets of Alibaba's object storage."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_STAR = "any--part"
_UNSAFE = re.compile(r"[^\x21-\x7e]|\\")


@dataclass(frozen=True)
class Origin:
    """Scheme, lower-case host name or address (IPv6 without brackets), and port."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Origin":
        """Raises ValueError, with the reason, for whatever two parsers could understand in two ways."""
        if _UNSAFE.search(url):
            raise ValueError("it holds spaces, backslashes or other characters that no address has")
        try:
            parts = parse_url(url)
        except HTTPError as error:
            raise ValueError("it is not a URL") from error
        if parts.scheme not in _DEFAULT_PORTS:
            raise ValueError("it is neither http nor https")
        if "@" in re.split(r"[/?#]", url.partition("//")[2], maxsplit=1)[0]:
            raise ValueError("it holds a user name")
        if parts.port == 0:
            raise ValueError("it names port 0")
        return cls(parts.scheme, _plain_host(parts.host or ""), parts.port or _DEFAULT_PORTS[parts.scheme])


def _plain_host(host: str) -> str:
    """A host name or IP address in its one spelling; decimal and octal addresses and trailing dots are refused."""
    text = host.lower()
    if text.startswith("[") or _looks_like_address(text):
        try:
            return str(ipaddress.ip_address(text.strip("[]").replace("%", " ")))
        except ValueError:
            raise ValueError(f"{host!r} is an address in a form that no upstream needs") from None
    if not _NAME.fullmatch(text):
        raise ValueError(f"{host!r} is not a host name")
    return text


def _looks_like_address(text: str) -> bool:
    """What resolvers take for an IPv4 address: the last label is a number, in decimal, octal or hex."""
    return bool(re.fullmatch(r"(?:0x[0-9a-f]*|[0-9]+)", text.rpartition(".")[2]))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet at large; what is wrapped in IPv6 is unwrapped first."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _translated(ip)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def _translated(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a NAT64 one (RFC 6052)."""
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in ipaddress.ip_network("64:ff9b::/96") else None


@dataclass(frozen=True)
class Pattern:
    """One entry of an allow-list: `host`, `*.domain` (below the domain, not the domain itself), `host:port`, and
    `cdn-*.domain`, where the star is a part of one label."""

    host: str
    below: bool
    port: int | None

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """Raises ValueError for an entry that could never match."""
        if re.search(r"[/@?#]", text):
            raise ValueError("it holds more than a host")
        below = text.startswith("*.")
        bare = text.removeprefix("*.").lower()
        if "*" in bare.split("."):
            raise ValueError("a star alone stands at its beginning only")
        try:
            return cls(str(ipaddress.ip_address(bare.strip("[]"))), below, None)
        except ValueError:
            origin = Origin.of(f"http://{bare.replace('*', _STAR)}/")
        port = origin.port if re.search(r":\d+\Z", bare) else None
        return cls(origin.host.replace(_STAR, "*"), below, port)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        name = re.escape(self.host).replace(r"\*", "[a-z0-9-]*")
        return re.compile(rf".+\.{name}" if self.below else name)

    def matches(self, origin: Origin) -> bool:
        return bool(self._names.fullmatch(origin.host)) and self.port in (None, origin.port)


class Hosts:
    """The hosts that one upstream at `url` may lead us to.

    `cdn` is the known content network of its kind, `extra` is HUB_UPSTREAM_HOSTS.
    """

    def __init__(self, name: str, url: str, cdn: Sequence[str], extra: Sequence[str]) -> None:
        self.name = name
        self._inside: bool | None = None
        try:
            self.own = Origin.of(url)
        except ValueError as error:
            raise UpstreamError(
                f"the address of upstream {name} cannot be used: {error}",
                "write it in the admin as https://host or https://host/path",
            ) from None
        self._cdn = [Pattern.parse(text) for text in cdn]
        self._extra = [_entry(text) for text in extra]

    def admit(self, url: str) -> Origin:
        """The origin of an address that we may ask. Raises UpstreamBroken for every other address."""
        try:
            origin = Origin.of(url)
        except ValueError as error:
            raise UpstreamBroken(f"{self.name} sent us to an address that cannot be trusted: {error}") from None
        if origin.scheme == "http" and self.own.scheme == "https":
            raise UpstreamBroken(f"{self.name} sent us from https to plain http, to {origin.host}")
        if not self.is_own(origin) and not any(one.matches(origin) for one in [*self._cdn, *self._extra]):
            raise UpstreamBroken(
                f"{self.name} sent us to {origin.host}, which is not its own host nor a known content network",
                f"add {origin.host} to HUB_UPSTREAM_HOSTS if it belongs to the upstream",
            )
        return origin

    def is_own(self, origin: Origin) -> bool:
        """The upstream's own host, on any port."""
        return origin.host == self.own.host

    def may_have_token(self, origin: Origin) -> bool:
        """The upstream's own origin, and the same host once it has asked for https on the usual port."""
        upgraded = Origin("https", self.own.host, 443)
        return origin == self.own or (self.own == Origin("http", self.own.host, 80) and origin == upgraded)

    def may_be_private(self, origin: Origin) -> bool:
        """Whether the host may turn out to be inside our own network.

        So may those in HUB_UPSTREAM_HOSTS; and all of the list where the upstream itself was inside when it was first
        asked, as its names may then come from a resolver of that network. An upstream whose name leads inside only
        later is refused.
        """
        return any(one.matches(origin) for one in self._extra) or self._is_inside()

    def _is_inside(self) -> bool:
        if self._inside is None:
            try:
                found = socket.getaddrinfo(self.own.host, self.own.port, type=socket.SOCK_STREAM)
            except OSError:
                return False
            self._inside = any(not is_public(str(address[0])) for *_, address in found)
        return self._inside


def _entry(text: str) -> Pattern:
    try:
        return Pattern.parse(text)
    except ValueError as error:
        raise UpstreamError(
            f"HUB_UPSTREAM_HOSTS holds {text!r}, which is not a host: {error}",
            "write host names, *.domain or host:port, separated by spaces",
        ) from None
