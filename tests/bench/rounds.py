"""Runs two sides one after the other, again and again, and lets each go first as often as the other."""

from __future__ import annotations

from collections.abc import Callable

from .findings import Sample

Side = Callable[[], float]


def side_by_side(ours: Side, theirs: Side, rounds: int) -> tuple[Sample, Sample]:
    """The values of both sides, a pair for each round."""
    found: dict[Side, list[float]] = {ours: [], theirs: []}
    for number in range(rounds):
        for side in (ours, theirs) if number % 2 == 0 else (theirs, ours):
            found[side].append(side())
    return Sample(tuple(found[ours])), Sample(tuple(found[theirs]))
