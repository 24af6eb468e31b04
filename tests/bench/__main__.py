"""`python -m tests.bench [--only NAME] [--quick] [--rounds N]`: measures, prints tables, and writes the page."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from . import (
    catalog_scale,
    cold_mirror,
    cold_s3,
    eight_pulls,
    family_both_hubs,
    kept,
    modelscope_warm,
    page,
    peer,
    plan_scale,
    search_scale,
    warm_accel,
    warm_big,
    warm_client,
    warm_small,
    worker_scale,
)
from .findings import CannotMeasure, Finding, Skipped
from .ground import FULL, QUICK, Ground, open_ground


@dataclass(frozen=True)
class Row:
    words: str
    measure: Callable[[Ground], Iterator[Finding]]


ROWS = {
    "warm-big": Row("A big file from the hub, beside nginx", warm_big.measure),
    "warm-accel": Row("A big file through nginx before the hub, beside nginx alone", warm_accel.measure),
    "warm-small": Row("Small files from the hub, beside an empty view", warm_small.measure),
    "warm-client": Row("`hf download` of what is held, beside the upstream itself", warm_client.measure),
    "cold-mirror": Row("Bringing a repo in, beside `hf download` of it", cold_mirror.measure),
    "cold-s3": Row("Bringing a repo into S3, beside doing it by hand", cold_s3.measure),
    "worker-scale": Row("More workers", worker_scale.measure),
    "eight-pulls": Row("Eight pulls at once of what is not held", eight_pulls.measure),
    "plan-scale": Row("Planning a very large repo", plan_scale.measure),
    "modelscope-warm": Row("`modelscope download` of what is held, beside its upstream", modelscope_warm.measure),
    "family-both-hubs": Row("A family of models from two hubs that hold the same weights", family_both_hubs.measure),
    "catalog-scale": Row("A catalog of a million files", catalog_scale.measure),
    "search-scale": Row("A search among two million repos", search_scale.measure),
    "peer": Row("Another mirror beside us", peer.measure),
    "peer-pulp": Row("A mirror on Postgres and Redis beside us", peer.measure_pulp),
}


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=list(ROWS), action="append", help="measure this row only; may be repeated")
    parser.add_argument("--quick", action="store_true", help="small sizes and two rounds: does it run? Writes no page")
    parser.add_argument("--rounds", type=int, default=0, help="default: 6, so that each side goes first as often")
    return parser.parse_args(arguments)


def main() -> int:
    chosen = options()
    rounds = chosen.rounds or (2 if chosen.quick else 6)
    # A run that is told to end still ends its servers and removes its files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with open_ground(QUICK if chosen.quick else FULL, rounds) as ground:
        for name in chosen.only or ROWS:
            started = time.monotonic()
            findings = list(findings_of(name, ground))
            print(f"\n### {name} ({time.monotonic() - started:.0f} s)\n\n{page.table(findings)}", flush=True)
            if not chosen.quick:
                keep(name, findings, rounds)
    return 0


def findings_of(name: str, ground: Ground) -> Iterator[Finding]:
    """What the row found; a tool that is missing ends the row with the reason."""
    try:
        for finding in ROWS[name].measure(ground):
            print(page.line(finding), file=sys.stderr, flush=True)
            yield finding
    except CannotMeasure as reason:
        yield Skipped(name, str(reason))


def keep(name: str, findings: list[Finding], rounds: int) -> None:
    """The values of each round go to .cache/bench, for who wants to look closer, and into the page."""
    measured = kept.load() | {name: kept.Measurement(datetime.now(UTC).date(), rounds, findings)}
    kept.save(measured)
    page.write(page.page(measured, {each: row.words for each, row in ROWS.items()}))


if __name__ == "__main__":
    sys.exit(main())
