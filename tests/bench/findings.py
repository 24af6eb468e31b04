"""What a row found: two sides compared, one figure held against a limit, or why nothing could be measured.

No figure stands alone: a comparison is made of rounds in which both sides ran one after the other, and its ratio is
the median of the rounds' ratios, so that a machine that slows down slows both.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median


class CannotMeasure(Exception):
    """A tool or a resource is missing; the text says which, and how to get it."""


@dataclass(frozen=True)
class Sample:
    """What one side measured: one value a round, in the order of the rounds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.values), max(self.values)


@dataclass(frozen=True)
class Comparison:
    """Ours beside theirs, in one unit; `more_is_better` for rates, not for times."""

    title: str
    ours: Sample
    theirs: Sample
    goal: float
    more_is_better: bool

    @property
    def ratios(self) -> Sample:
        pairs = zip(self.ours.values, self.theirs.values, strict=True)
        return Sample(tuple(ours / theirs for ours, theirs in pairs))

    @property
    def measured(self) -> str:
        low, high = self.ratios.spread
        return f"{self.ratios.median:.2f} ({low:.2f} to {high:.2f})"

    @property
    def wanted(self) -> str:
        return f"at {'least' if self.more_is_better else 'most'} {self.goal:g} x"

    @property
    def is_met(self) -> bool:
        ratio = self.ratios.median
        return ratio >= self.goal if self.more_is_better else ratio <= self.goal


@dataclass(frozen=True)
class Limit:
    """A figure that has a bound of its own: the worst round counts, not the median."""

    title: str
    sample: Sample
    most: float
    least: float = 0
    unit: str = ""

    @property
    def measured(self) -> str:
        return f"{max(self.sample.values):.4g}{self.unit}"

    @property
    def wanted(self) -> str:
        if self.least == self.most:
            return f"exactly {self.most:g}{self.unit}"
        return f"under {self.most:g}{self.unit}"

    @property
    def is_met(self) -> bool:
        low, high = self.sample.spread
        if self.least == self.most:
            return low == high == self.most
        return self.least <= low and high < self.most


@dataclass(frozen=True)
class Skipped:
    title: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """How a database answers one query, in its own words."""

    title: str
    text: str


Finding = Comparison | Limit | Skipped | Plan
