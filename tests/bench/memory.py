"""The most memory that a process and its descendants have ever held, from /proc."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")


def descendants(pid: int) -> list[int]:
    """Of a process that lives: its children, theirs, and so on."""
    children: dict[int, list[int]] = defaultdict(list)
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            children[_parent(int(folder.name))].append(int(folder.name))
    found, waiting = [], [pid]
    while waiting:
        waiting += (more := children[waiting.pop()])
        found += more
    return found


def command_line(pid: int) -> str:
    return _text(pid, "cmdline").replace("\0", " ").strip()


def peak_mib(pid: int) -> float:
    """VmHWM of the process and of those it has started, added up, in MiB."""
    return sum(_high_water(one) for one in (pid, *descendants(pid))) / 1024


def _high_water(pid: int) -> int:
    found = re.search(r"^VmHWM:\s+(\d+) kB", _text(pid, "status"), re.MULTILINE)
    return int(found.group(1)) if found else 0


def _parent(pid: int) -> int:
    found = re.search(r"^PPid:\s+(\d+)", _text(pid, "status"), re.MULTILINE)
    return int(found.group(1)) if found else 0


def _text(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text(errors="replace")
    except OSError:
        return ""
