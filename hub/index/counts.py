"""How often words and facts occur, as counted last: what a search expects to find, the facets of everything, and the
words that a misspelt one may have meant. Nothing that is found depends on whether these are fresh."""

from collections.abc import Iterable
from math import prod

from django.db import connection, transaction
from django.db.models import Sum

from hub.index.facets import count_everything
from hub.index.held import note_all_held, note_pulled
from hub.index.models import Entry, FacetCount, Word
from hub.index.popularity import TIERS, tier_mark
from hub.index.terms import Condition, Every, Has, Some, Without, words_in

TOTAL = "*"
"""Stands among the words for the number of entries."""
SAMPLE = 100_000
"""Entries whose words are counted; of more, that many are taken, and the counts scaled."""
MOST_WORDS = 500_000
LEAST_COUNT = 2
STALE = 0.01
FEW = 1000
"""So many entries are fetched and put in order at once without a thought."""


class Expected:
    """What a search may expect, from the counts of the words it names."""

    def __init__(self, conditions: Iterable[Condition | None]) -> None:
        named = {word for condition in conditions if condition for word in words_in(condition)}
        marks = [tier_mark(tier) for tier in TIERS]
        rows = Word.objects.filter(text__in=[*named, *marks, TOTAL]).order_by()
        self.counts: dict[str, int] = dict(rows.values_list("text", "count"))
        self.total = self.counts.get(TOTAL) or _few_or_many()

    @property
    def is_counted(self) -> bool:
        return TOTAL in self.counts

    def matches(self, condition: Condition | None) -> int:
        """About how many entries match, rather too many than too few; all of them where that is not known."""
        match condition:
            case None | Without():
                return self.total
            case Has(word, is_prefix):
                if not self.is_counted:
                    return self.total
                return _beginning_with(word) if is_prefix else self.counts.get(word, LEAST_COUNT)
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


def refresh() -> None:
    """Counts everything anew: seconds for a hundred thousand entries, a minute or two for millions. What is held tells
    its newest facts first."""
    note_all_held()
    facets = [FacetCount(kind=kind, facet=facet, value=value, count=n) for kind, facet, value, n in count_everything()]
    total = Entry.objects.count()
    words = _word_counts(total)
    words[TOTAL] = total
    with transaction.atomic():
        FacetCount.objects.all().delete()
        FacetCount.objects.bulk_create(facets, batch_size=1000)
        Word.objects.all().delete()
        rows = (Word(text=text, count=count) for text, count in words.items())
        Word.objects.bulk_create(rows, batch_size=5000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE index_word")


def refresh_when_due() -> None:
    """Counts anew once there are noticeably more or less entries, or held ones, than when they were counted last."""
    note_pulled()
    counted = dict(FacetCount.objects.filter(kind="", facet="held").values_list("value", "count"))
    held = Entry.objects.filter(held=True).count()
    more = abs(Entry.objects.count() - sum(counted.values()))
    if more > sum(counted.values()) * STALE or held != counted.get("yes", 0):
        refresh()


def _word_counts(total: int) -> dict[str, int]:
    counts = _postgres_counts(total) if connection.vendor == "postgresql" else _sqlite_counts()
    frequent = [(word, count) for word, count in counts.items() if count >= LEAST_COUNT and len(word) <= 100]
    frequent.sort(key=lambda one: -one[1])
    return dict(frequent[:MOST_WORDS])


def _postgres_counts(total: int) -> dict[str, int]:
    """Of a sample, and of the popular: what is well known counts as a word even where it is rare."""
    share = min(1.0, SAMPLE / max(1, total))
    rows = "SELECT document FROM index_entry"
    sampled = _ts_stat(rows if share == 1 else f"{rows} TABLESAMPLE SYSTEM ({100 * share})")
    counts = {word: round(count / share) for word, count in sampled}
    if share < 1:
        for word, count in _ts_stat(f"{rows} ORDER BY popularity DESC LIMIT {SAMPLE // 4}"):
            counts[word] = max(count, counts.get(word, 0))
    return counts


def _ts_stat(query: str) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, ndoc FROM ts_stat(%s)", [query])
        counts: list[tuple[str, int]] = cursor.fetchall()
        return counts


def _sqlite_counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.index_words USING fts5vocab('main', 'index_entry_fts', 'row')"
        )
        cursor.execute("SELECT term, doc FROM temp.index_words WHERE doc >= %s", [LEAST_COUNT])
        return dict(cursor.fetchall())
