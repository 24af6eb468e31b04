"""Who may read the metrics without a login: whoever is on this machine, and whoever has HUB_METRICS_TOKEN."""

import hmac
import ipaddress
from collections.abc import Mapping

from django.conf import settings

_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers by which a proxy tells that somebody else is asking."""
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


def may_read(address: str, headers: Mapping[str, str]) -> bool:
    """`address` is the other end of the connection; `headers` find names in any spelling."""
    return _has_token(headers.get("authorization") or "") or _is_here(address, headers)


def _has_token(header: str) -> bool:
    scheme, _, token = header.partition(" ")
    expected = settings.METRICS_TOKEN
    return (
        bool(expected) and scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), expected.encode())
    )


def _is_here(address: str, headers: Mapping[str, str]) -> bool:
    """A proxy on this machine connects from loopback too, for anybody. HUB_EXTERNAL_URL says that there is one, so
    then nothing is believed without a token; nor where a header, or the name that was asked for, tells of one."""
    if settings.EXTERNAL_URL or any(headers.get(name) for name in _PASSED_ON):
        return False
    host = (headers.get("host") or "").lower()
    if host.rpartition(":")[0] not in _LOCAL_NAMES and host not in _LOCAL_NAMES:
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
