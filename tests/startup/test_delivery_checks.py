"""Ways of delivery that do not fit the store or the network are told before anybody pulls."""

from typing import Any

import pytest

from hub import checks

FILES = "file:///srv/blobs"
BUCKET = "s3://bucket?endpoint=https://s3.example.org"


def ids(found: Any) -> list[str]:
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("mode", "store", "proxies", "expected"),
    [
        ("auto", FILES, [], []),
        ("sendfile", FILES, [], []),
        ("proxy", FILES, [], []),
        ("redirect", FILES, [], ["hub.E015"]),
        ("accel", FILES, [], ["hub.E016"]),
        ("accel", FILES, ["10.0.0.7"], []),
        ("auto", BUCKET, [], []),
        ("redirect", BUCKET, [], []),
        ("proxy", BUCKET, [], []),
        ("sendfile", BUCKET, [], ["hub.E015"]),
        ("accel", BUCKET, [], ["hub.E016"]),
        ("accel", BUCKET, ["10.0.0.7"], []),
    ],
)
def test_a_way_has_to_fit_the_store(
    settings: Any, mode: str, store: str, proxies: list[str], expected: list[str]
) -> None:
    settings.DELIVERY, settings.STORE_URL, settings.TRUSTED_PROXIES = mode, store, proxies
    assert ids(checks.delivery()) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("endpoint=http://127.0.0.1:9000", ["hub.W015", "hub.W016"]),
        ("endpoint=http://localhost:9000&public_endpoint=https://s3.example.org", []),
        ("endpoint=http://minio:9000", ["hub.W016"]),
        ("", []),
    ],
)
def test_clients_have_to_reach_where_they_are_sent(settings: Any, options: str, expected: list[str]) -> None:
    settings.DELIVERY, settings.STORE_URL = "auto", f"s3://bucket?{options}"
    settings.HOST, settings.EXTERNAL_URL = "0.0.0.0", "https://hub.example.org"
    assert ids(checks.delivery()) == expected


def test_a_hub_for_one_machine_may_send_clients_to_it(settings: Any) -> None:
    settings.DELIVERY, settings.STORE_URL = "auto", "s3://bucket?endpoint=http://127.0.0.1:9000"
    settings.HOST, settings.EXTERNAL_URL = "127.0.0.1", ""
    assert ids(checks.delivery()) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["10.0.0.7", "10.0.0.0/24", "::1"], []),
        (["nginx"], ["hub.E017"]),
        (["10.0.0.0/40"], ["hub.E017"]),
        (["0.0.0.0/0"], ["hub.E018"]),
        (["::/0"], ["hub.E018"]),
    ],
)
def test_trusted_proxies_are_addresses_and_not_everybody(settings: Any, words: list[str], expected: list[str]) -> None:
    settings.TRUSTED_PROXIES = words
    assert ids(checks.trusted_proxies()) == expected
