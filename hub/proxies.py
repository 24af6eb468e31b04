"""Who really asks, where proxies stand before the hub: only proxies that the operator named are believed."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

VOUCHED = "hub.proxy"
"""In `request.META` of what a trusted proxy passed on. Clients cannot put it there: their headers begin with HTTP_."""

Network = IPv4Network | IPv6Network
_HEADERS_OF_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


class TrustedProxies:
    """Puts the caller's own address into REMOTE_ADDR, for everything that comes after: audit, limits, counts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.TRUSTED_PROXIES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        networks = networks_of(settings.TRUSTED_PROXIES)
        self._is_trusted = lru_cache(4096)(lambda text: is_within(text, networks))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        if self._is_trusted(meta.get("REMOTE_ADDR", "")):
            meta[VOUCHED] = True
            meta["REMOTE_ADDR"] = self._caller(meta["REMOTE_ADDR"], meta.get("HTTP_X_FORWARDED_FOR", ""))
        else:
            for name in _HEADERS_OF_PROXIES:
                meta.pop(name, None)
        return self.get_response(request)

    def _caller(self, peer: str, told: str) -> str:
        """The last address that is not a trusted proxy's: what stands before it, the caller may have written."""
        found = peer
        for text in reversed(told.split(",")):
            address = address_in(text)
            if not address:
                break
            found = address
            if not self._is_trusted(address):
                break
        return found


def networks_of(words: Iterable[str]) -> list[Network]:
    """Raises ValueError for a word that is no address and no CIDR network."""
    return [ip_network(word, strict=False) for word in words]


def is_within(text: str, networks: Iterable[Network]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in networks)


def address_in(text: str) -> str:
    """The address in one entry of X-Forwarded-For, which some proxies write with a port; "" where there is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
