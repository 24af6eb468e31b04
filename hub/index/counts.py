"""How often words and facts occur, as counted last: what a search expects to find, the facets of everything, and the
words that a misspelt one may have meant. Nothing that is found depends on whether these are fresh."""

from django.db import connection, transaction

from hub.index.expected import LEAST_COUNT, TOTAL, forget_counts
from hub.index.facets import count_everything
from hub.index.fulltext import sort_in
from hub.index.held import note_all_held, note_pulled
from hub.index.models import Entry, FacetCount, Word

SAMPLE = 50_000
"""Entries whose words are counted; of more, that many are taken, and the counts scaled."""
WELL_KNOWN = 20_000
"""So many of the most popular entries are counted all the same: what is well known is a word even where it is rare."""
MOST_WORDS = 300_000
LONGEST_WORD = 100
STALE = 0.05
"""Of the entries: so many more or less are noticed."""
TOLD_EXACTLY = 20_000


def refresh() -> None:
    """Counts everything anew: a second or two for a hundred thousand entries, ten or twenty for millions. What is held
    tells its newest facts first. Searches go on meanwhile, with the counts from before."""
    note_all_held()
    facets = [FacetCount(kind=kind, facet=facet, value=value, count=n) for kind, facet, value, n in count_everything()]
    total = Entry.objects.count()
    with transaction.atomic():
        FacetCount.objects.all().delete()
        FacetCount.objects.bulk_create(facets, batch_size=1000)
        if connection.vendor == "postgresql":
            _count_in_postgres(total)
        else:
            _count_in_sqlite(total)
    forget_counts()
    sort_in()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE index_word")
            cursor.execute("ANALYZE index_entry")


def refresh_when_due() -> None:
    """Counts anew once there are noticeably more or less entries, or held ones, than when they were counted last."""
    note_pulled()
    sort_in()
    counted = Word.objects.filter(text=TOTAL).values_list("count", flat=True).first()
    counted_held = FacetCount.objects.filter(kind="", facet="held", value="yes").values_list("count", flat=True).first()
    # What is held has a repo, and few have: the index of these is all that is read.
    held = Entry.objects.filter(repo__isnull=False, held=True).count()
    if counted is None or held != (counted_held or 0) or abs(_about_how_many() - counted) > counted * STALE:
        refresh()


def _about_how_many() -> int:
    """Entries; of more than TOLD_EXACTLY, as many as Postgres takes there to be."""
    if connection.vendor != "postgresql":
        return Entry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM index_entry LIMIT %s) few", [TOLD_EXACTLY + 1])
        count: int = cursor.fetchone()[0]
        if count > TOLD_EXACTLY:
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'index_entry'::regclass")
            count = max(count, cursor.fetchone()[0])
    return count


_COUNTED = """
CREATE TEMPORARY TABLE counted ON COMMIT DROP AS
SELECT word AS text, max(n)::bigint AS count FROM (
  SELECT word, round(ndoc / %(share)s::float8) AS n FROM ts_stat(%(sample)s) WHERE ndoc >= %(least)s
  UNION ALL SELECT word, ndoc FROM ts_stat(%(known)s) WHERE ndoc >= %(least)s
) words WHERE length(word) <= %(longest)s AND word NOT LIKE %(names)s GROUP BY word ORDER BY 2 DESC LIMIT %(most)s
"""
# What hardly differs stays as it is, and is no row to be written. In one order, for two who count at once.
_TAKEN_OVER = (
    """
    INSERT INTO index_word (text, count) SELECT text, count FROM counted ORDER BY text
    ON CONFLICT (text) DO UPDATE SET count = EXCLUDED.count
      WHERE index_word.text = %(total)s OR abs(index_word.count - EXCLUDED.count) > EXCLUDED.count * 0.1
    """,
    "DELETE FROM index_word w WHERE NOT EXISTS (SELECT 1 FROM counted c WHERE c.text = w.text)",
)


def _count_in_postgres(total: int) -> None:
    """All inside of the database. The very names (`=is/…`) are as good as never twice the same, and left out."""
    share = min(1.0, SAMPLE / max(1, total))
    rows = "SELECT document FROM index_entry"
    parameters: dict[str, str | int | float] = {
        "share": share,
        "sample": rows if share == 1 else f"{rows} TABLESAMPLE SYSTEM ({100 * share})",
        "known": f"{rows} ORDER BY popularity DESC, id DESC LIMIT {0 if share == 1 else WELL_KNOWN}",
        "least": LEAST_COUNT,
        "longest": LONGEST_WORD,
        "names": "=is/%",
        "most": MOST_WORDS,
        "total": TOTAL,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.counted")
        cursor.execute(_COUNTED, parameters)
        cursor.execute("INSERT INTO counted VALUES (%s, %s)", [TOTAL, total])
        cursor.execute("ANALYZE counted")
        for statement in _TAKEN_OVER:
            cursor.execute(statement, parameters)


def _count_in_sqlite(total: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.index_words USING fts5vocab('main', 'index_entry_fts', 'row')"
        )
        cursor.execute(
            "SELECT term, doc FROM temp.index_words WHERE doc >= %s AND length(term) <= %s AND term NOT LIKE %s"
            " ORDER BY doc DESC LIMIT %s",
            [LEAST_COUNT, LONGEST_WORD, "=is/%", MOST_WORDS],
        )
        words: list[tuple[str, int]] = cursor.fetchall()
    Word.objects.all().delete()
    Word.objects.bulk_create((Word(text=text, count=count) for text, count in [*words, (TOTAL, total)]), 5000)
