"""How fast files arrived lately, and so how long others may take."""

from statistics import median

from hub.mirroring.models import Transfer
from hub.upstreams.models import Upstream

SAMPLE = 20
LEAST = 10_000_000
"""Smaller files, in bytes, spend their time on being asked for, and tell nothing of the speed."""


def seconds_to_fetch(upstream: Upstream, count: int) -> float | None:
    """For `count` bytes, by the middle of the last SAMPLE speeds of one file from there: several that arrive at once
    take less. None where nothing large has come from there yet."""
    done = Transfer.objects.filter(upstream=upstream, state=Transfer.State.DONE, bytes_per_second__gt=0)
    speeds = done.filter(size__gte=LEAST).order_by("-finished_at").values_list("bytes_per_second", flat=True)[:SAMPLE]
    found = list(speeds)
    return count / median(found) if found else None
