"""Places that a process holds, and the one thread that keeps their leases alive."""

import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

Give = Callable[[str, str], None]
Renew = Callable[[str, list[str], float], None]


@dataclass(eq=False)
class Slot:
    """One place, as a context manager or until `release`."""

    name: str
    member: str
    give: Give
    renew: Renew
    keeper: "Keeper | None" = None

    def release(self) -> None:
        """Gives the place back; a second time changes nothing."""
        if self.keeper is not None and self.keeper.drop(self):
            self.give(self.name, self.member)

    def __enter__(self) -> "Slot":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Keeper:
    """Renews what is held three times in each `lease` (seconds)."""

    def __init__(self, lease: float) -> None:
        self._lease = lease
        self._lock = threading.Lock()
        self._held: set[Slot] = set()
        self._thread: threading.Thread | None = None
        _keepers.add(self)

    def keep(self, slot: Slot) -> Slot:
        slot.keeper = self
        with self._lock:
            self._held.add(slot)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="slots", daemon=True)
                self._thread.start()
        return slot

    def drop(self, slot: Slot) -> bool:
        """Whether it was still held."""
        with self._lock:
            held = slot in self._held
            self._held.discard(slot)
            return held

    def _run(self) -> None:
        rest = threading.Event()
        while True:
            rest.wait(self._lease / 3)
            with self._lock:
                if not self._held:
                    self._thread = None
                    return
                held = list(self._held)
            self._renew(held)

    def _renew(self, held: list[Slot]) -> None:
        for name in {slot.name for slot in held}:
            for renew in {slot.renew for slot in held if slot.name == name}:
                members = [slot.member for slot in held if slot.name == name and slot.renew == renew]
                renew(name, members, self._lease)
        # What was released meanwhile may just have been renewed.
        for slot in held:
            with self._lock:
                gone = slot not in self._held
            if gone:
                slot.give(slot.name, slot.member)

    def forget(self) -> None:
        """In a new process: what the old one holds is not ours, and its thread is not here."""
        self._lock, self._held, self._thread = threading.Lock(), set(), None


_keepers: weakref.WeakSet[Keeper] = weakref.WeakSet()


def _forget_all() -> None:
    for keeper in list(_keepers):
        keeper.forget()


os.register_at_fork(after_in_child=_forget_all)
