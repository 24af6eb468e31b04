"""Bytes in memory, as the readers of previews take them."""

import io

from hub.catalog.previews.reading import Bounded


def bounded(data: bytes, most: int = 50_000_000) -> Bounded:
    return Bounded(io.BytesIO(data), len(data), most)
