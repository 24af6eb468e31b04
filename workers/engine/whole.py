"""Brings one large file in by a single stream from its start, where upstream or a proxy before it ignores ranges."""

from hub.blobs.store import Upload
from hub.digests import Digest, Hasher
from hub.errors import UpstreamError
from hub.upstreams.protocol import ByteStream
from workers.engine.connections import a_connection
from workers.engine.halt import Halt
from workers.engine.meter import Meter
from workers.engine.patience import Patience
from workers.engine.source import Source

BUFFER = 1024 * 1024


class WholeFetch:
    """One run of it. What is here already passes by unused, also what came before the stream broke."""

    is_idle = True
    """No thread of its own."""

    def __init__(self, source: Source, upload: Upload, digest: Digest, meter: Meter, halt: Halt) -> None:
        self._source = source
        self._upload = upload
        self._meter = meter
        self._halt = halt
        self._hasher = Hasher(source.size, digest)
        self._sealed = upload.sealed()
        # What the run in parts has sealed is no longer in memory.
        self._rereads = upload.rereads or (upload.in_memory and bool(self._sealed))
        self._done = 0
        self.bytes_to_fetch = source.size
        meter.start(0)

    def run(self) -> Hasher:
        """The hasher of all the bytes, which are in the upload and durable; the caller verifies.

        Raises as LargeFetch does.
        """
        patience = Patience(self._halt)
        while self._done < self._source.size:
            before = self._done
            try:
                with a_connection(self._halt), self._source.open(0, self._source.size) as stream:
                    self._read(stream)
            except UpstreamError as error:
                if self._done > before:
                    patience.forgive()
                patience.pause(error)
        if self._rereads:
            for piece in self._upload.reread():
                self._hasher.update(piece)
                self._halt.check()
        return self._hasher

    def _read(self, stream: ByteStream) -> None:
        buffer, position = memoryview(bytearray(BUFFER)), 0
        while position < self._source.size:
            self._halt.check()
            # A piece ends where what is done ends, or else where its part does.
            end = self._done if position < self._done else self._part_end(position)
            count = stream.readinto(buffer[: end - position])
            if position == self._done:
                self._take(position, buffer[:count])
            position += count

    def _take(self, position: int, data: memoryview) -> None:
        number = position // self._upload.part_size
        if number not in self._sealed:
            self._upload.write(position, data)
        if not self._rereads:
            self._hasher.update(self._upload.read(position, len(data)))
        self._meter.add(len(data))
        self._done += len(data)
        if self._done == self._part_end(position):
            self._upload.seal(number)
            self._upload.forget(number)

    def _part_end(self, position: int) -> int:
        part = self._upload.part_size
        return min((position // part + 1) * part, self._source.size)
