"""Warm GET of a big file through nginx with X-Accel as we ship it, beside nginx with the same file as its own."""

from __future__ import annotations

from collections.abc import Iterator

from .findings import Finding
from .ground import Ground
from .hub import hub
from .nginx import nginx, nginx_before
from .reader import curl, read
from .upstream import REPO, upstream
from .warm_big import BIG, compare

SETTINGS = {"HUB_DELIVERY": "accel", "HUB_TRUSTED_PROXIES": "127.0.0.1"}


def measure(ground: Ground) -> Iterator[Finding]:
    size = ground.sizes.warm
    with upstream(ground, f"1x{size}B") as source, hub(ground, source, more=SETTINGS) as ours:
        ours.mirror()
        stored = ours.stored(size)
        with nginx_before(ground, ours.url, ours.data / "blobs") as front, nginx(ground, stored.parent) as theirs:
            addresses = f"{front}/{REPO}/resolve/main/{BIG}", f"{theirs}/{stored.name}"
            for streams in (1, 8):
                for who, reader in (("curl", curl), ("a reader that drops the bytes unread", read)):
                    yield compare(ground, addresses, streams, who, reader, "hub behind nginx")
