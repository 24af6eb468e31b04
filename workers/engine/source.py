"""Where the bytes of a transfer come from, and the limits that hold there."""

from dataclasses import dataclass, field
from types import TracebackType

from hub.counters import Slot
from hub.mirroring.models import Transfer
from hub.names import RepoId, RepoKind
from hub.upstreams.limits import Flow, bulk, flow_of, take_place
from hub.upstreams.protocol import ByteStream, UpstreamClient
from hub.upstreams.registry import client_for
from workers.engine.halt import Halt, process_halt


@dataclass(frozen=True)
class Source:
    """One file of one commit on one upstream. Whoever waits for a limit of it stops with `halt`."""

    client: UpstreamClient
    kind: RepoKind
    repo_id: RepoId
    commit: str
    path: str
    size: int
    upstream_id: int = 0
    halt: Halt = field(default_factory=process_halt)

    @classmethod
    def of(cls, transfer: Transfer, halt: Halt | None = None) -> "Source":
        return cls(
            client_for(transfer.upstream),
            RepoKind(transfer.kind),
            RepoId.parse(transfer.repo_id),
            transfer.commit,
            transfer.path,
            transfer.size,
            transfer.upstream_id,
            halt or process_halt(),
        )

    def open(self, start: int, length: int) -> ByteStream:
        """Bytes [start, start + length). A whole file is asked for without a range: upstreams answer that quicker.

        Waits for a place among the upstream's connections, and for its budget of requests. Raises as the client does,
        UpstreamBudgetSpent where the wait would be long, and the reason of the halt.
        """
        flow = flow_of(self.upstream_id)
        flow.check()
        place = take_place(self.upstream_id, self.halt.wait)
        try:
            with bulk(self.halt.wait):
                return LimitedStream(self._ask(start, length), flow, place, self.halt)
        except BaseException:
            if place is not None:
                place.release()
            raise

    def _ask(self, start: int, length: int) -> ByteStream:
        whole = start == 0 and length == self.size
        return self.client.open(
            self.kind, self.repo_id, self.commit, self.path, self.size, start, None if whole else length
        )


class LimitedStream:
    """A stream that reads no faster than its upstream's limit, and gives its place back when it is closed."""

    def __init__(self, stream: ByteStream, flow: Flow, place: Slot | None, halt: Halt) -> None:
        self.start = stream.start
        self.length = stream.length
        self._stream = stream
        self._flow = flow
        self._place = place
        self._halt = halt

    def readinto(self, buffer: memoryview) -> int:
        """As the stream beneath; fewer bytes where the limit gives fewer. Raises UpstreamBudgetSpent, or the reason of
        the halt, when no byte may come for long."""
        wanted = len(buffer)
        if not wanted:
            return 0
        given = self._flow.take(wanted, self._halt.wait)
        count = 0
        try:
            count = self._stream.readinto(buffer[:given])
        finally:
            self._flow.give_back(given - count)
        return count

    def close(self) -> None:
        self._stream.close()
        if self._place is not None:
            self._place.release()

    def __enter__(self) -> "LimitedStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
