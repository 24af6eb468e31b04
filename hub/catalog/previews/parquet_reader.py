"""A program: reads the head of a Parquet file whose bytes come through stdin, and prints it as a line of JSON.

It is given the size of the file. Each line {"read": [start, length]} on stdout is answered by so many bytes.
"""

import json
import resource
import sys
from importlib import import_module
from typing import Any

MEMORY = 2 << 30
CPU_SECONDS = 8
ROWS, COLUMNS, CELL = 20, 50, 200
LARGEST_GROUP = 256 << 20


class Remote:
    """A file that lies at the other end of the pipe."""

    closed = False
    mode = "rb"

    def __init__(self, size: int) -> None:
        self.size = size
        self.at = 0

    def read(self, length: int = -1) -> bytes:
        left = max(0, self.size - self.at)
        length = left if length is None or length < 0 else min(length, left)
        if not length:
            return b""
        print(json.dumps({"read": [self.at, length]}), flush=True)  # noqa: T201
        data = sys.stdin.buffer.read(length)
        self.at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def flush(self) -> None:
        return

    def close(self) -> None:
        self.closed = True


def head(size: int) -> dict[str, Any]:
    pyarrow: Any = import_module("pyarrow")
    pyarrow.set_cpu_count(1)
    pyarrow.set_io_thread_count(1)
    file = import_module("pyarrow.parquet").ParquetFile(Remote(size), pre_buffer=False)
    schema, metadata = file.schema_arrow, file.metadata
    told: dict[str, Any] = {
        "rows": metadata.num_rows,
        "row_groups": metadata.num_row_groups,
        "columns": [[field.name[:CELL], str(field.type)[:CELL]] for field in list(schema)[:1000]],
        "first": [],
    }
    if not metadata.num_row_groups or not metadata.num_rows:
        return told
    if metadata.row_group(0).total_byte_size > LARGEST_GROUP:
        return told | {"note": "large"}
    batches = file.iter_batches(batch_size=ROWS, row_groups=[0], columns=schema.names[:COLUMNS], use_threads=False)
    for batch in batches:
        columns = [[cell(value.as_py()) for value in column] for column in batch.columns]
        told["first"] = [list(row) for row in zip(*columns, strict=True)][:ROWS]
        break
    return told


def cell(value: Any) -> str:
    if isinstance(value, bytes):
        return f"({len(value):,} bytes)"
    if isinstance(value, dict) and isinstance(value.get("bytes"), bytes):
        return f"({len(value['bytes']):,} bytes)"
    text = "" if value is None else str(value)
    return text if len(text) <= CELL else f"{text[:CELL]}…"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told = head(int(sys.argv[1]))
    except BaseException as error:  # noqa: BLE001
        told = {"error": type(error).__name__}
    print(json.dumps(told), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
