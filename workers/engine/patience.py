"""How often and how long a broken stream is tried again before the transfer goes back into the queue."""

from hub.errors import HubError
from workers.engine.halt import Halt

TRIES = 5
LONGEST_PAUSE = 30.0


class Patience:
    """Counts failures in a row; arriving bytes win it back."""

    def __init__(self, halt: Halt, tries: int = TRIES) -> None:
        self._halt = halt
        self._tries = tries
        self._failures = 0

    def forgive(self) -> None:
        """Bytes have arrived, so trying again makes sense."""
        self._failures = 0

    def pause(self, error: HubError) -> None:
        """Waits before the next try. Raises `error` where there should be none: it is permanent, came too often in a
        row, or upstream wants to be left alone for longer than a lease should be held for nothing."""
        self._failures += 1
        seconds = max(0.1 * 2**self._failures, error.retry_after or 0)
        if error.permanent or self._failures >= self._tries or seconds > LONGEST_PAUSE:
            raise error
        self._halt.wait(seconds)
