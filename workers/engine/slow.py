"""Notices a large file that crawls while another upstream, which has the same bytes, was much faster lately."""

import time

from django.conf import settings

from hub.errors import UpstreamSlow
from hub.mirroring.detour import is_outrun
from hub.mirroring.models import Transfer
from hub.sizes import human_bytes
from workers.engine.halt import Halt
from workers.engine.meter import Meter


class SlowSource:
    """`look` is called every second or so, and asks the database once in HUB_SLOW_SOURCE_SECONDS (0 = never)."""

    def __init__(self, transfer: Transfer, meter: Meter, halt: Halt) -> None:
        self._transfer = transfer
        self._meter = meter
        self._halt = halt
        self._mark: tuple[float, int] | None = None

    def look(self) -> None:
        """Stops the halt with UpstreamSlow where the file should go on from elsewhere."""
        now, received, span = time.monotonic(), self._meter.received, settings.SLOW_SOURCE_SECONDS
        if self._mark is None or received < self._mark[1]:
            # It begins now, or begins anew as a whole: what was here already came at no speed.
            self._mark = (now, received)
        since, before = self._mark
        if not span or now - since < span:
            return
        self._mark = (now, received)
        speed = (received - before) / (now - since)
        if self._transfer.size - received <= speed * span:
            return
        if faster := is_outrun(self._transfer, speed):
            sentence = (
                f"{self._transfer.upstream.slug} gave {human_bytes(speed)} a second for {span} s,"
                f" and {faster} has been {settings.SLOW_SOURCE_FACTOR} times as fast lately"
            )
            self._halt.stop(UpstreamSlow(sentence, "nothing to do: the file goes on from there"))
