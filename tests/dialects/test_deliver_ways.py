"""Which way the bytes take: one decision, from the setting, the store and what the client can stand."""

from pathlib import Path

import pytest

from hub.blobs.store import LocalFile, SignedAddress
from hub.dialects.ranges import Window
from hub.dialects.ways import DIRECT, Way, way_of
from hub.proxies import VOUCHED

FILE = LocalFile(Path("/srv/blobs/sha256/ab/cd/ef"), "sha256/ab/cd/ef")
OBJECT = SignedAddress("https://s3.example.org/bucket/x?X-Amz-Signature=1", 900)
WHOLE = Window(0, 5 << 30, partial=False)
THROUGH_NGINX = {VOUCHED: True}
TOKEN = {"HTTP_AUTHORIZATION": "Bearer hf_x"}


@pytest.mark.parametrize(
    ("mode", "ours", "stores"),
    [
        ("auto", Way.SENDFILE, Way.REDIRECT),
        ("sendfile", Way.SENDFILE, Way.PROXY),
        ("redirect", Way.SENDFILE, Way.REDIRECT),
        ("proxy", Way.SENDFILE, Way.PROXY),
        ("accel", Way.ACCEL, Way.ACCEL),
    ],
)
def test_the_setting_and_the_store_decide(mode: str, ours: Way, stores: Way) -> None:
    assert way_of(mode, FILE, THROUGH_NGINX, WHOLE) is ours
    assert way_of(mode, OBJECT, THROUGH_NGINX, WHOLE) is stores


def test_who_does_not_come_through_nginx_gets_the_bytes_all_the_same() -> None:
    assert way_of("accel", FILE, {}, WHOLE) is Way.SENDFILE
    assert way_of("accel", OBJECT, {}, WHOLE) is Way.PROXY


@pytest.mark.parametrize("mode", ["auto", "redirect", "proxy"])
def test_little_is_read_and_answered_by_the_hub(mode: str) -> None:
    assert way_of(mode, OBJECT, {}, Window(0, 1, partial=True)) is Way.DIRECT
    assert way_of(mode, OBJECT, {}, Window(0, DIRECT, partial=False)) is Way.DIRECT
    assert way_of(mode, OBJECT, {}, Window(0, DIRECT + 1, partial=False)) is not Way.DIRECT


@pytest.mark.parametrize(
    ("agent", "way"),
    [
        ("aria2/1.36.0", Way.PROXY),
        ("Wget/1.21.3", Way.PROXY),
        ("curl/8.5.0", Way.REDIRECT),
        ("unknown/None; hf_hub/2.4.0; python/3.11", Way.REDIRECT),
    ],
)
def test_who_would_carry_the_token_to_the_store_is_not_sent_there(agent: str, way: Way) -> None:
    assert way_of("auto", OBJECT, TOKEN | {"HTTP_USER_AGENT": agent}, WHOLE) is way
    assert way_of("auto", OBJECT, {"HTTP_USER_AGENT": agent}, WHOLE) is Way.REDIRECT


def test_a_page_in_a_browser_is_not_sent_to_another_origin() -> None:
    assert way_of("auto", OBJECT, {"HTTP_ORIGIN": "https://app.example"}, WHOLE) is Way.PROXY


@pytest.mark.parametrize(
    ("asked", "window", "way"),
    [
        ({"HTTP_RANGE": "bytes=5-"}, Window(5, 100, partial=True), Way.ACCEL),
        ({"HTTP_RANGE": "bytes=5-", "HTTP_IF_RANGE": '"x"'}, WHOLE, Way.ACCEL),
        ({"HTTP_RANGE": "bytes=0-1,5-6"}, WHOLE, Way.SENDFILE),
        ({"HTTP_RANGE": "bytes=5-2"}, WHOLE, Way.SENDFILE),
        ({"HTTP_IF_MATCH": '"x"'}, WHOLE, Way.SENDFILE),
        ({"HTTP_IF_UNMODIFIED_SINCE": "Mon, 01 Jan 2024 00:00:00 GMT"}, WHOLE, Way.SENDFILE),
    ],
)
def test_what_nginx_would_answer_otherwise_than_the_hub_is_not_left_to_it(
    asked: dict[str, str], window: Window, way: Way
) -> None:
    assert way_of("accel", FILE, THROUGH_NGINX | asked, window) is way
