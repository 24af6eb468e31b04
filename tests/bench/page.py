"""The findings as a Markdown table, and the page of the documentation that holds it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from . import client, modelscope, olah
from .findings import Finding, Plan, Skipped
from .ground import BASE
from .kept import Measurement

PAGE = BASE / "hub" / "docs" / "benchmarks.md"
PACKAGES = ("django", "gunicorn", "urllib3", "huggingface_hub")


def table(findings: Iterable[Finding]) -> str:
    head = ["| measured | result | goal | |", "|---|---|---|---|"]
    told = list(findings)
    rows = [line(finding) for finding in told if not isinstance(finding, Plan)]
    return "\n".join([*head, *rows, *(_plan(finding) for finding in told if isinstance(finding, Plan))])


def _plan(finding: Plan) -> str:
    return f"\n{finding.title}:\n\n" + "\n".join(f"    {each}" for each in finding.text.splitlines())


def line(finding: Finding) -> str:
    if isinstance(finding, Plan):
        return f"| {finding.title} | explained | | |"
    if isinstance(finding, Skipped):
        return f"| {finding.title} | not measured: {finding.reason} | | |"
    return f"| {finding.title} | {finding.measured} | {finding.wanted} | {'met' if finding.is_met else 'missed'} |"


def machine() -> str:
    """The shape of the machine, never its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}"


def versions() -> str:
    known = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in PACKAGES)]
    known.append(f"nginx {_told('nginx', '-v')}")
    clients = f"clients: huggingface_hub {client.VERSION}, modelscope {modelscope.VERSION}"
    return ", ".join([*known, clients, f"peer: olah {olah.VERSION}"])


def _told(name: str, flag: str) -> str:
    binary = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
    if binary is None:
        return "absent"
    done = subprocess.run([binary, flag], capture_output=True, text=True)
    found = re.search(r"\d+\.\d+[.\d]*", done.stdout + done.stderr)
    return found.group() if found else "unknown"


def page(measured: Mapping[str, Measurement], words: Mapping[str, str]) -> str:
    """A section for each row in `words`, which says what it is about; a row that was never measured says so."""
    parts = [HEAD.format(machine=machine(), versions=versions())]
    parts += [section(name, about, measured.get(name)) for name, about in words.items()]
    return "\n".join([*parts, TAIL])


def section(name: str, about: str, found: Measurement | None) -> str:
    command = f'    make bench ARGS="--only {name}"'
    if found is None:
        return _standing(about) or f"## {about}\n\n{command}\n\nNot measured yet.\n"
    when = f"Measured on {found.day}, {found.rounds} rounds:"
    return f"## {about}\n\n{command}\n\n{when}\n\n{table(found.findings)}\n"


def _standing(about: str, path: Path = PAGE) -> str:
    """The section as the page has it: what another machine has measured stays until it is measured again."""
    text = path.read_text() if path.exists() else ""
    found = re.search(rf"^## {re.escape(about)}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found.group().rstrip("\n") + "\n" if found else ""


def write(text: str, path: Path = PAGE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


HEAD = """# Benchmarks

Every figure is a ratio of two things that ran one after the other in the same run, on the same machine and disk,
against the same stand-in upstream: how one compares with the other carries over to your machine; seconds would not.
A result is the median of the rounds' ratios, with the lowest and the highest in brackets (the wider they are, the more
else the machine did); of memory and counts, the worst round. Each side goes first in every other round. Reads of a big
file have three times as many rounds as said, of eight reads each.

- Machine: {machine}; clients, servers and upstream share it.
- Versions: {versions}.

`make bench` measures all of it again (about two hours; 20 GiB of free disk; nginx from the system's packages,
without which its rows are skipped) and writes this page; `make bench ARGS="--only NAME"` measures one section again;
`make bench ARGS=--quick` checks in a few minutes that everything still runs, with figures that mean nothing.
"""

TAIL = """## How it is measured

- The upstream is `python -m tests.fakes.huggingface`: one process that sends big files with sendfile from another
  origin behind a redirect, and small ones from memory behind the hop that the real hub has, too. ModelScope's is
  `python -m tests.fakes.modelscope`, with the same files.
- The hub is `manage.py serve`: two web workers, one embedded worker, SQLite, default settings.
- Big files are read twice: by curl, which takes the bytes as every client does, and by a reader that drops them in the
  kernel (`recv` with MSG_TRUNC), which no client does and which shows the servers alone. nginx: two workers, sendfile,
  no access log.
- Small requests come from one thread with 16 connections that stay open and are never idle, for every file in turn, by
  branch and by commit.
- `hf download` and `modelscope download` have an empty cache each time (the first `HF_HUB_DISABLE_XET=1`); their start
  counts. So does that of `manage.py mirror`, while the hub, like the upstream, is already running; it is a fresh one,
  with an empty store, in each round.
- Memory is the kernel's high-water mark (VmHWM) of the worker and its children at the end of a round.
- olah runs with two workers and its cache on the same disk.
- pulp_hugging_face runs with two content workers and one worker, on a Postgres and a Redis of its own. It finds no
  files in folders, so the repo beside it has none. Each round has a new remote of the same pulp, and that is cold in
  the first round only: it knows the bytes again by their digest, and upstream's counters show that it is sent none of
  a large file afterwards. So its cold rows compare a hub that holds nothing with a pulp that holds all, but for one
  round: the lower end of the ranges, in which the hub is ahead. To be measured anew with other bytes in each round.
- Searches come from eight processes without a pause, on the same two cores as Postgres. The entries are made up, with
  the distributions of the public hubs (tests/bench/entries.py).
"""
