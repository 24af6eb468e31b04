"""Which way the bytes of a blob take to the client: one decision, for both dialects."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from hub.blobs.store import LocalFile, Location
from hub.dialects.ranges import Window
from hub.proxies import VOUCHED

DIRECT = 1 << 20
"""Bytes. Up to here a part of an object is read and answered by the hub: another connection, to the store, would cost
the client more. It is also how Rust and JavaScript learn the size of a file, from an answer with our headers."""

_KEEPS_CREDENTIALS = re.compile(r"aria2|wget", re.IGNORECASE)
"""They send the Authorization of `--header` to whatever host a redirect names, and S3 answers 400 to that."""
_NGINX_JUDGES = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
"""Conditions that nginx would check against an ETag and a date of its own."""


class Way(Enum):
    SENDFILE = "sendfile"
    """The kernel sends the file; Python never sees a byte."""
    REDIRECT = "redirect"
    """The client reads from the store itself, by an address that is signed for a short time."""
    PROXY = "proxy"
    """The hub reads from the store and passes on."""
    DIRECT = "direct"
    """The same, for so little that it is read before the answer begins."""
    ACCEL = "accel"
    """nginx, which asked for the client, reads the file or the object."""


def way_of(mode: str, location: Location, meta: Mapping[str, Any], window: Window) -> Way:
    """`mode` is HUB_DELIVERY, `meta` the request's META; the window is that of a GET that is answered 200 or 206.

    Where the chosen mode would fail this client, the hub's own hands do it.
    """
    has_accel = mode == "accel" and VOUCHED in meta and _is_read_alike(meta, window)
    if has_accel:
        return Way.ACCEL
    if isinstance(location, LocalFile):
        return Way.SENDFILE
    if window.length <= DIRECT:
        return Way.DIRECT
    return Way.REDIRECT if mode in ("auto", "redirect") and _follows_well(meta) else Way.PROXY


def _is_read_alike(meta: Mapping[str, Any], window: Window) -> bool:
    """True where nginx comes to the same answer from the client's headers as the hub."""
    if any(name in meta for name in _NGINX_JUDGES):
        return False
    return window.partial or "HTTP_RANGE" not in meta or "HTTP_IF_RANGE" in meta


def _follows_well(meta: Mapping[str, Any]) -> bool:
    """A page of a browser may not read from the store's host unless the bucket was set up for it (CORS)."""
    if "HTTP_ORIGIN" in meta:
        return False
    return not ("HTTP_AUTHORIZATION" in meta and _KEEPS_CREDENTIALS.search(meta.get("HTTP_USER_AGENT", "")))
