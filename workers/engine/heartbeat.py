"""Keeps the leases of a claim alive while work goes on, and tells the rows how far it is."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType

from django.db import Error, connection

from hub.errors import LeaseLost
from hub.mirroring.leases import LEASE_SECONDS
from hub.mirroring.models import Transfer
from workers.engine.claim import Claim
from workers.engine.halt import Halt

logger = logging.getLogger(__name__)

RENEW_SECONDS = LEASE_SECONDS / 3


class Heartbeat:
    """`with Heartbeat(claim, halt):` renews every `every` seconds; a lost lease stops `halt` with LeaseLost.

    `changes` are columns that are written along.
    """

    def __init__(
        self, claim: Claim, halt: Halt, changes: Callable[[], dict[str, int]] = dict, every: float = RENEW_SECONDS
    ) -> None:
        self._claim = claim
        self._halt = halt
        self._changes = changes
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._over.wait(self._every):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        open_ids = list(self._claim.open_ids)
        try:
            rows = Transfer.objects.filter(pk__in=open_ids)
            renewed = rows.renew(self._claim.owner, **self._changes())
            # Some of many: people paused or cancelled them, or they have just been settled. The others go on.
            held = (
                set(rows.held_by(self._claim.owner).values_list("pk", flat=True)) if renewed < len(open_ids) else None
            )
        except Error:
            # The lease outlives two missed beats. If it does not, every later write of this owner changes nothing.
            logger.warning("could not renew the lease; trying again", exc_info=True)
            connection.close()
            return
        if not renewed and self._claim.open_ids and not self._over.is_set():
            self._halt.stop(LeaseLost("it was paused, cancelled, or taken over by another worker"))
        elif held is not None:
            self._claim.close(set(open_ids) - held)
