"""The schema and the first rows of a Parquet file.

They are read by a process of its own (parquet_reader.py), with bounds on memory and time: the library is C++, and the
file may have been made to break it. The process sees no file and no network; it asks through its pipe for ranges, and
gets at most MOST_READ bytes.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import BoundedSemaphore, Timer
from typing import IO, Any

from hub.catalog.previews.reading import Bounded, Unreadable

MOST_READ = 64_000_000
SECONDS = 10.0
READER = Path(__file__).with_name("parquet_reader.py")

_two_at_a_time = BoundedSemaphore(2)


@dataclass(frozen=True)
class Head:
    """`columns` are (name, type); a cell is a text, cut where it is long. Without rows where they are too large."""

    rows: int
    row_groups: int
    columns: tuple[tuple[str, str], ...]
    first: tuple[tuple[str, ...], ...]
    note: str = ""


def read_head(file: Bounded) -> Head:
    """Raises Unreadable, also where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise Unreadable(
            "the rows of Parquet files are not shown here, because pyarrow is not installed",
            "an operator can install it with pip install 'entrepot[parquet]'",
        )
    with _two_at_a_time:
        told = _asked(file)
    if not isinstance(told, dict) or "error" in told:
        raise Unreadable("the file cannot be read as Parquet", "download it only if you trust where it comes from")
    return Head(
        rows=told["rows"],
        row_groups=told["row_groups"],
        columns=tuple((str(name), str(kind)) for name, kind in told["columns"]),
        first=tuple(tuple(str(cell) for cell in row) for row in told["first"]),
        note=str(told.get("note", "")),
    )


def _asked(file: Bounded) -> Any:
    """Serves the ranges that the process asks for, a line each, until it sends its answer."""
    command = [sys.executable, "-I", str(READER), str(file.size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:
        alarm = Timer(SECONDS, reader.kill)
        alarm.start()
        try:
            return _served(file, reader.stdout, reader.stdin)
        except (ValueError, OSError):
            return None
        finally:
            alarm.cancel()
            reader.kill()


def _served(file: Bounded, questions: IO[bytes] | None, answers: IO[bytes] | None) -> Any:
    while questions and answers and (line := questions.readline(4_000_000)):
        told = json.loads(line)
        if "read" not in told:
            return told
        start, length = told["read"]
        file.seek(start)
        answers.write(file.exactly(length))
        answers.flush()
    return None
