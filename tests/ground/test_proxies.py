"""Whose address a request counts for, where proxies stand before the hub."""

from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from hub.proxies import VOUCHED, TrustedProxies

PROXY = "10.0.0.7"


def seen(settings: Any, peer: str, told: str | None = None, trusted: str = "10.0.0.0/24 fd00::/8") -> dict[str, Any]:
    """META as the rest of the hub finds it."""
    settings.TRUSTED_PROXIES = trusted.split()
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_PROTO": "https"}
    if told is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = told
    TrustedProxies(lambda _: HttpResponse())(request)
    return request.META


@pytest.mark.parametrize(
    ("told", "caller"),
    [
        ("192.0.2.5", "192.0.2.5"),
        ("192.0.2.5, 10.0.0.9", "192.0.2.5"),
        ("6.6.6.6, 192.0.2.5", "192.0.2.5"),
        ("10.0.0.200, 192.0.2.5, 10.0.0.9", "192.0.2.5"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("192.0.2.5:4711", "192.0.2.5"),
        ("10.0.0.8, 10.0.0.9", "10.0.0.8"),
        ("192.0.2.5, nonsense", PROXY),
        ("", PROXY),
        (None, PROXY),
    ],
)
def test_a_trusted_proxy_tells_who_asks_and_what_stands_before_that_is_hearsay(
    settings: Any, told: str | None, caller: str
) -> None:
    meta = seen(settings, PROXY, told)
    assert meta["REMOTE_ADDR"] == caller
    assert VOUCHED in meta


def test_an_outsider_cannot_be_somebody_else(settings: Any) -> None:
    meta = seen(settings, "192.0.2.66", "10.0.0.7")
    assert meta == {"REMOTE_ADDR": "192.0.2.66"}


def test_a_proxy_that_came_by_ipv6_is_known_by_its_ipv4_address(settings: Any) -> None:
    assert seen(settings, f"::ffff:{PROXY}", "192.0.2.5")["REMOTE_ADDR"] == "192.0.2.5"


def test_without_trusted_proxies_nothing_is_done(settings: Any) -> None:
    settings.TRUSTED_PROXIES = []
    with pytest.raises(MiddlewareNotUsed):
        TrustedProxies(lambda _: HttpResponse())
