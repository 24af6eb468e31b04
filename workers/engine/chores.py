"""What has to be done now and then so that the hub stays in order: prune, evict, scrub, index. Each in bounded time.

The embedded worker asks `Chores`, Celery's beat the four functions.
"""

import logging
import time
from collections.abc import Callable

from django.conf import settings

from hub.index.counts import refresh_when_due
from hub.index.crawl import Going
from hub.index.round import crawl_due
from hub.mirroring import eviction, pruning, repair
from workers.engine.halt import Halt
from workers.engine.rhythm import EVICT_SECONDS, INDEX_SECONDS, PRUNE_SECONDS, SCRUB_SECONDS

logger = logging.getLogger(__name__)

FIRST_PRUNE_SECONDS = 600.0
"""After the start of an embedded worker, so that one that is restarted every day prunes too."""

FIRST_INDEX_SECONDS = 5.0
"""After the start of an embedded worker: soon, so that whoever sets a hub up sees the index fill."""


def prune(halt: Halt) -> None:
    pruned = pruning.prune_blobs(stopped=lambda: halt.stopped)
    if pruned.objects or pruned.uploads:
        logger.info("Pruned %d blobs (%s bytes) and %d uploads.", pruned.objects, f"{pruned.bytes:,}", pruned.uploads)


def evict(halt: Halt) -> None:
    """Does nothing unless HUB_EVICT is on."""
    if settings.EVICT and not halt.stopped:
        for one in eviction.evict():
            logger.info("Evicted %s (%s bytes).", one.revision, f"{one.bytes:,}")


def scrub(halt: Halt) -> None:
    """One slice, where HUB_SCRUB_RATE is not 0; what is damaged already is looked after anyhow."""
    if settings.SCRUB_RATE:
        repair.scrub(stopped=lambda: halt.stopped)
    else:
        repair.mend()


def index(halt: Halt) -> None:
    """One round over the slices of HUB_INDEX that are due, and a count where much has changed."""
    crawl_due(Going(stopped=lambda: halt.stopped, pause=halt.pause))
    if not halt.stopped:
        refresh_when_due()


_EVERY: dict[Callable[[Halt], None], float] = {
    scrub: SCRUB_SECONDS,
    evict: EVICT_SECONDS,
    prune: PRUNE_SECONDS,
    index: INDEX_SECONDS,
}


class Chores:
    """Which chore is due when, in one process."""

    def __init__(self, halt: Halt) -> None:
        self._halt = halt
        now = time.monotonic()
        self._next: dict[Callable[[Halt], None], float] = {
            scrub: now + SCRUB_SECONDS,
            evict: now + SCRUB_SECONDS,
            prune: now + FIRST_PRUNE_SECONDS,
            index: now + FIRST_INDEX_SECONDS,
        }

    def turn(self) -> bool:
        """Does what is due. Trouble with one is for the caller, and the chore comes again at its next time."""
        for chore, due_at in self._next.items():
            if time.monotonic() >= due_at and not self._halt.stopped:
                self._next[chore] = time.monotonic() + _EVERY[chore]
                chore(self._halt)
        return False
