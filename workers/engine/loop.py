"""The embedded worker: one process that looks at the rows and does whatever is due.

steps    look and plan, a few requests at once                (STEP_LANES)
large    files in parts, sharing the bound on connections     (LARGE_LANES)
small    batches of small files                               (one lane)
sweep    once a minute; the first one also takes over from a worker of this host that was killed
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import Error, connection

from hub.mirroring.steps import due_requests, look, plan
from hub.nudge import bell
from workers.engine.bell import Bell
from workers.engine.claim import due_transfers
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.rhythm import LOOK_SECONDS, SWEEP_SECONDS
from workers.engine.small import run_small
from workers.engine.sweep import free_the_dead, sweep

logger = logging.getLogger(__name__)

STEP_LANES = 3
LARGE_LANES = 2
TROUBLE_SECONDS = 2.0

STEPS: dict[str, Callable[[int], None]] = {"look": look, "plan": plan}


class Worker:
    """The lanes, as threads. With `once` they end as soon as nothing is due and nothing runs."""

    def __init__(self, halt: Halt, once: bool = False) -> None:
        self._halt = Halt(halt)
        self._once = once
        self._bell = Bell(bell(), self._halt)
        self._lock = threading.Lock()
        self._busy = 0
        self._turns = 0
        self._next_sweep = 0.0

    def run(self) -> None:
        """Returns after the lanes have ended: when the halt is stopped, or with `once` when all is done."""
        works = [self._steps] * STEP_LANES + [self._large] * LARGE_LANES + [self._small, self._sweep]
        lanes = [threading.Thread(target=self._lane, args=(work,), name=work.__name__.strip("_")) for work in works]
        watch = threading.Thread(target=self._bell.watch, name="bell")
        for thread in (*lanes, watch):
            thread.start()
        logger.info("The worker is ready.")
        for thread in (*lanes, watch):
            thread.join()
        logger.info("The worker has ended.")

    def _lane(self, work: Callable[[], bool]) -> None:
        try:
            while not self._halt.stopped:
                heard = self._bell.rings
                if not self._turn(work):
                    self._idle(heard)
        finally:
            connection.close()

    def _turn(self, work: Callable[[], bool]) -> bool:
        """Whether there was something to do. Trouble is logged, and the lane goes on a little later."""
        with self._lock:
            self._busy += 1
            self._turns += 1
        try:
            return work()
        except Error as error:
            logger.warning("the database is in trouble (%s); trying again", error)
        except Exception:
            logger.exception("an unexpected error; the lane goes on")
        finally:
            with self._lock:
                self._busy -= 1
        connection.close()
        self._halt.pause(TROUBLE_SECONDS)
        return True

    def _idle(self, heard: int) -> None:
        if self._once and self._is_done():
            self._halt.stop()
        self._bell.wait(heard, 0.05 if self._once else LOOK_SECONDS)

    def _is_done(self) -> bool:
        """Nothing is due, and no lane began or went on with anything while that was found out."""
        turns, busy = self._turns, self._busy
        due = bool(due_requests()) or due_transfers().exists() or not self._next_sweep
        return not due and not busy and (turns, busy) == (self._turns, self._busy)

    def _steps(self) -> bool:
        due = due_requests()
        for request_id, step in due:
            if not self._halt.stopped:
                STEPS[step](request_id)
        return bool(due)

    def _large(self) -> bool:
        return run_large(self._halt)

    def _small(self) -> bool:
        return run_small(self._halt) > 0

    def _sweep(self) -> bool:
        if not self._next_sweep and (freed := free_the_dead()):
            logger.info("Took %d leases over from a worker that was killed.", freed)
        if time.monotonic() >= self._next_sweep:
            sweep()
            self._next_sweep = time.monotonic() + SWEEP_SECONDS
        return False
