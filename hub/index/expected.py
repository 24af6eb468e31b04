"""What a search may expect to find, from how often words and facts occur."""

import time
from collections.abc import Iterable
from math import prod

from django.db import connection
from django.db.models import Sum

from hub.index.models import Word
from hub.index.popularity import TIERS, tier_mark
from hub.index.terms import Condition, Every, Has, Some, words_in

TOTAL = "*"
"""Stands among the words for the number of entries."""
LEAST_COUNT = 2
"""Words that occur less often are not counted."""
FEW = 1000
"""So many entries are fetched and put in order at once without a thought."""
REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 20_000


class _Remembered:
    """Counts that this process has read lately. What is found does not depend on them, only how it is looked for."""

    def __init__(self) -> None:
        self._counts: dict[str, int | None] = {}
        self._until = 0.0

    def counts(self, words: Iterable[str]) -> dict[str, int]:
        """Of those words that are counted at all."""
        if time.monotonic() > self._until or len(self._counts) > MOST_REMEMBERED:
            self.forget()
        wanted, known = set(words), self._counts
        if unread := [word for word in wanted if word not in known]:
            rows = Word.objects.filter(text__in=unread).order_by()
            read: dict[str, int] = dict(rows.values_list("text", "count"))
            known.update((word, read.get(word)) for word in unread)
        return {word: count for word in wanted if (count := known.get(word)) is not None}

    def forget(self) -> None:
        self._counts = {}
        self._until = time.monotonic() + REMEMBERED_SECONDS


_remembered = _Remembered()
forget_counts = _remembered.forget


class Expected:
    """What a search may expect, from the counts of the words it names."""

    def __init__(self, conditions: Iterable[Condition | None]) -> None:
        named = {word for condition in conditions if condition for word in words_in(condition)}
        marks = [tier_mark(tier) for tier in TIERS]
        self.counts = _remembered.counts([*named, *marks, TOTAL])
        self.total = self.counts.get(TOTAL) or _few_or_many()

    @property
    def is_counted(self) -> bool:
        return TOTAL in self.counts

    def matches(self, condition: Condition | None) -> int:
        """About how many entries match, rather too many than too few; all of them where that is not known."""
        match condition:
            case None:
                return self.total
            case Has(word, is_prefix):
                if not self.is_counted:
                    return self.total
                return _beginning_with(word) if is_prefix else self.counts.get(word, LEAST_COUNT)
            case Every(parts, is_word=True):
                return min(self.matches(part) for part in parts)
            case Every(parts):
                # What people look for goes together: between all of the rarest, and as if by chance.
                shares = sorted(self.matches(part) / max(1, self.total) for part in parts)
                return int(self.total * prod(share**0.5**at for at, share in enumerate(shares)))
            case Some(parts):
                return min(self.total, sum(self.matches(part) for part in parts))

    def tier(self, least: float) -> int:
        """About how many entries are as popular."""
        return self.counts.get(tier_mark(least), 0) if self.is_counted else self.total


def _beginning_with(word: str) -> int:
    # The pattern is what Postgres has an index for, whatever the collation of the database; SQLite has one for bounds.
    rows = Word.objects.filter(text__gte=word, text__lt=word + "\U0010ffff")
    if connection.vendor == "postgresql":
        rows = Word.objects.filter(text__startswith=word)
    count: int = rows.aggregate(sum=Sum("count"))["sum"] or LEAST_COUNT
    return count


def _few_or_many() -> int:
    """The number of entries, as long as nothing is counted and they are few; else a large number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM index_entry LIMIT %s) few", [FEW + 1])
        count: int = cursor.fetchone()[0]
    return count if count <= FEW else 10_000_000
