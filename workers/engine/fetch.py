"""Brings one large file into the store: parts over several connections, hashed in order while they arrive.

    connections   take a part, read it from the socket into a buffer, write it at its offset   (up to CONNECTIONS)
    sealers       make arrived parts durable, so that a kill does not cost them        (as many as the store likes)
    the caller    reads what was written back, in order, and hashes it

Memory is one buffer for each connection, whatever the size of the file; for a store in a bucket, which gives nothing
back before it has everything, also the parts that are not yet hashed and sealed: held.py bounds them. What an earlier
run has sealed there is hashed at the end, as the store has it.
"""

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from queue import SimpleQueue

from django.conf import settings

from hub.blobs.store import Upload
from hub.digests import Digest, Hasher
from hub.errors import UpstreamError
from hub.upstreams.protocol import ByteStream
from workers.engine.connections import a_connection
from workers.engine.halt import Halt
from workers.engine.held import HeldParts
from workers.engine.meter import Meter
from workers.engine.pace import Pace
from workers.engine.parts import Parts
from workers.engine.patience import Patience
from workers.engine.source import Source

BUFFER = 1024 * 1024
GRACE = 2.0
"""Seconds that a process which is told to end waits for its sockets."""
PARTS_AHEAD = 4
"""How many parts for each connection may be ahead of the hashing."""


class LargeFetch:
    """One run of it. Whatever goes wrong in any thread stops all of them."""

    def __init__(self, source: Source, upload: Upload, digest: Digest, meter: Meter, halt: Halt) -> None:
        self._source = source
        self._upload = upload
        self._halt = Halt(halt)
        self._most = settings.CONNECTIONS
        self._hasher = Hasher(source.size, digest)
        self.parts = Parts(source.size, upload.part_size, upload.sealed(), self._most * PARTS_AHEAD, self._halt)
        self.bytes_to_fetch = self.parts.bytes_to_fetch
        self._held = HeldParts(upload, self._halt)
        self._were_here = upload.sealed()
        self._meter = meter
        meter.start(source.size - self.bytes_to_fetch)
        self._to_seal: SimpleQueue[int | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._is_over = threading.Event()
        self._pace = Pace(meter, self._most)

    def run(self) -> Hasher:
        """The hasher of all the bytes, which are in the upload and durable; the caller verifies.

        Raises from the UpstreamError and StoreError families, FileMissing and the like, LeaseLost, or Stopping.
        """
        sealers = [self._start(self._seal, f"seal-{number}") for number in range(self._upload.seals_at_once)]
        self._start(self._steer, "pace")
        try:
            self._hash()
        except BaseException as error:
            self._halt.stop(error)
            raise
        finally:
            self._is_over.set()
            for _ in sealers:
                self._to_seal.put(None)
            self._join()
            if self.is_idle:
                self._held.end()
        self._halt.check()
        if self._upload.rereads:
            self._hash_what_is_stored()
        return self._hasher

    def _start(self, work: Callable[[], None], name: str) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001  (told to the caller, who raises it)
                self._halt.stop(error)

        # Daemons: a thread that waits for a dead socket must not keep a process that was told to end.
        thread = threading.Thread(target=copy_context().run, args=(run,), name=name, daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread

    @property
    def is_idle(self) -> bool:
        """Whether no thread is left that could write: only then may the upload be closed."""
        return not any(thread.is_alive() for thread in self._threads)

    def _join(self) -> None:
        """Waits for every thread, but not for dead sockets when the process is about to end."""
        for thread in list(self._threads):
            while thread.is_alive() and not (self._halt.is_ending and time.monotonic() > self._halt.stopped_at + GRACE):
                thread.join(0.1)

    def _steer(self) -> None:
        """Starts and retires connections while there are parts to begin."""
        running: list[threading.Thread] = []
        while self.parts.left and not self._halt.stopped:
            running = [thread for thread in running if thread.is_alive()]
            wanted = min(self._pace.wanted, len(running) + self.parts.left)
            running += [self._start(self._connection, f"fetch-{len(running)}") for _ in range(wanted - len(running))]
            # Not a sleep: the caller waits for this thread, and must not wait for a step once the bytes are there.
            self._is_over.wait(self._pace.step)
            self._pace.look()

    def _connection(self) -> None:
        buffer = memoryview(bytearray(BUFFER))
        self._pace.joined()
        while self._pace.may_stay():
            self._held.take()
            if (number := self.parts.take()) is None:
                self._held.give()
                self._pace.left()
                return
            with a_connection(self._halt):
                self._fetch(number, buffer)
            self.parts.arrived(number)
            self._to_seal.put(number)

    def _fetch(self, number: int, buffer: memoryview) -> None:
        """One part. When its stream breaks, a new one goes on from where the bytes ended."""
        position, end = self.parts.start_of(number), self.parts.start_of(number) + self.parts.length_of(number)
        patience = Patience(self._halt)
        while position < end:
            try:
                with self._source.open(position, end - position) as stream:
                    while position < end:
                        count = self._pass_on(stream, position, buffer[: end - position])
                        position += count
                        patience.forgive()
            except UpstreamError as error:
                patience.pause(error)

    def _pass_on(self, stream: ByteStream, position: int, buffer: memoryview) -> int:
        """One buffer from the socket into the store; how many bytes that were."""
        filled = 0
        try:
            while filled < len(buffer) and (count := stream.readinto(buffer[filled:])):
                filled += count
        except UpstreamError:
            if not filled:
                raise
        self._upload.write(position, buffer[:filled])
        self._meter.add(filled)
        self._halt.check()
        return filled

    def _seal(self) -> None:
        while (number := self._to_seal.get()) is not None:
            if not self._halt.stopped:
                self._upload.seal(number)
                self._held.sealed(number)

    def _hash(self) -> None:
        for number in range(self.parts.count):
            self.parts.wait_for(number)
            if not self._upload.rereads:
                self._hash_part(number)
            self._halt.check()
            self.parts.hashed(number)
            self._held.hashed(number, number in self._were_here)

    def _hash_part(self, number: int) -> None:
        start, left = self.parts.start_of(number), self.parts.length_of(number)
        while left:
            piece = self._upload.read(start, min(left, BUFFER))
            self._hasher.update(piece)
            start, left = start + len(piece), left - len(piece)

    def _hash_what_is_stored(self) -> None:
        for piece in self._upload.reread():
            self._hasher.update(piece)
            self._halt.check()
