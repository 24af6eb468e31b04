"""The worker: one process whose lanes look at the rows and do whatever is due, with or without a broker.

lane     queue   what it does
steps    plan    look and plan, a few requests at once                (STEP_LANES)
large    large   files in parts, one after the other                  (HUB_WORKER_CONCURRENCY)
small    small   batches of small files                               (one lane)
urgent   urgent  urgent files, small or large, and nothing else       (one lane)
follow   chores  looks at refs that are followed, when they are due   (one lane, embedded)
chores   chores  prune, evict, scrub, index, when they are due        (one lane, embedded; not with `once`)
sweep    chores  once a minute; the first one also takes over from a worker of this host that was killed (embedded)

All lanes of a process share its bound on connections. The urgent lane is always free for the next urgent file, however
long the others are busy. With a broker, messages ring for the lanes, and beat sends the chores as tasks of their own.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection

from django.conf import settings
from django.db import Error, connection

from hub.mirroring.following import due_follows, refresh_due
from hub.mirroring.presence import BEAT_SECONDS, farewell, sign_of_life
from hub.mirroring.steps import claim_name, due_requests, look
from hub.nudge import QUEUES, bell
from workers.engine.bell import Bell, hang
from workers.engine.chores import Chores
from workers.engine.claim import due_transfers
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.rhythm import LOOK_SECONDS, REMOTE_LOOK_SECONDS, SWEEP_SECONDS
from workers.engine.small import run_small
from workers.engine.sweep import free_the_dead, plan_and_nudge, sweep

logger = logging.getLogger(__name__)

STEP_LANES = 3
TROUBLE_SECONDS = 2.0

STEPS: dict[str, Callable[[int], None]] = {"look": look, "plan": plan_and_nudge}


class Worker:
    """The lanes of some queues, as threads. With `once` they end as soon as nothing is due and nothing runs;
    `remote` is a worker with a broker."""

    def __init__(self, halt: Halt, once: bool = False, queues: Collection[str] = QUEUES, remote: bool = False) -> None:
        self._halt = Halt(halt)
        self._once = once
        self._queues = queues
        self._remote = remote
        self._bell = Bell(None if remote else bell(), self._halt)
        self._lock = threading.Lock()
        self._busy = 0
        self._at_work: Counter[str] = Counter()
        self._turns = 0
        self._next_sweep = 0.0
        self._chores = Chores(self._halt)

    def run(self) -> None:
        """Returns after the lanes have ended: when the halt is stopped, or with `once` when all is done."""
        hang(self._bell)
        lanes = [threading.Thread(target=self._lane, args=(work,), name=_name(work)) for work in self._works()]
        lanes += [threading.Thread(target=work, name=_name(work)) for work in (self._bell.watch, self._presence)]
        for thread in lanes:
            thread.start()
        logger.info("The worker is ready.")
        for thread in lanes:
            thread.join()
        logger.info("The worker has ended.")

    def _works(self) -> list[Callable[[], bool]]:
        of_queue: dict[str, list[Callable[[], bool]]] = {
            "plan": [self._steps] * STEP_LANES,
            "large": [self._large] * settings.WORKER_CONCURRENCY,
            "small": [self._small],
            "urgent": [self._urgent],
        }
        if not self._remote:
            of_queue["chores"] = [self._follow, self._sweep, *([] if self._once else [self._chores.turn])]
        return [work for queue, works in of_queue.items() if queue in self._queues for work in works]

    def _presence(self) -> None:
        """Tells that this process lives, and what it is at. People read it; no work depends on it."""
        name, queues = claim_name(), " ".join(queue for queue in QUEUES if queue in self._queues)
        while not self._halt.stopped:
            try:
                sign_of_life(name, queues, self.doing)
            except Error as error:
                logger.warning("could not give a sign of life (%s)", error)
                connection.close()
            self._halt.pause(BEAT_SECONDS)
        try:
            farewell(name)
        except Error:
            logger.warning("could not say farewell; the sweep removes the row")
        finally:
            connection.close()

    @property
    def doing(self) -> str:
        """The lanes that are at work, e.g. `large 2, small`."""
        with self._lock:
            counts = sorted((name, count) for name, count in self._at_work.items() if count)
        return ", ".join(name if count == 1 else f"{name} {count}" for name, count in counts)

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
            self._at_work[_name(work)] += 1
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
                self._at_work[_name(work)] -= 1
        connection.close()
        self._halt.pause(TROUBLE_SECONDS)
        return True

    def _idle(self, heard: int) -> None:
        if self._once and self._is_done():
            self._halt.stop()
        look_again = REMOTE_LOOK_SECONDS if self._remote else LOOK_SECONDS
        self._bell.wait(heard, 0.05 if self._once else look_again)

    def _is_done(self) -> bool:
        """Nothing is due, and no lane began or went on with anything while that was found out."""
        turns, busy = self._turns, self._busy
        due = bool(due_requests()) or due_transfers().exists() or due_follows().exists()
        if "chores" in self._queues and not self._remote:
            due = due or not self._next_sweep
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

    def _urgent(self) -> bool:
        return run_small(self._halt, urgent=True) > 0 or run_large(self._halt, urgent=True)

    def _follow(self) -> bool:
        return refresh_due(stopped=lambda: self._halt.stopped) > 0

    def _sweep(self) -> bool:
        if not self._next_sweep and (freed := free_the_dead()):
            logger.info("Took %d leases over from a worker that was killed.", freed)
        if time.monotonic() >= self._next_sweep:
            sweep()
            self._next_sweep = time.monotonic() + SWEEP_SECONDS
        return False


def _name(work: Callable[[], object]) -> str:
    return work.__name__.strip("_")
