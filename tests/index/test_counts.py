"""How often words occur: counted without locking anybody out, and anew only where it is worth it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.index.counts import refresh, refresh_when_due
from hub.index.models import Entry, FacetCount, Word
from hub.index.spelling import corrected
from hub.upstreams.models import Upstream

from .corpus import listed


@pytest.fixture
def there(db: None) -> Upstream:
    upstream = Upstream.objects.create(slug="huggingface", kind="huggingface", url="http://127.0.0.1:9")
    Entry.objects.bulk_create([listed(upstream, f"acme/transformer-{number}") for number in range(40)])
    return upstream


def count(word: str) -> int | None:
    return Word.objects.filter(text=word).values_list("count", flat=True).first()


def test_words_are_counted_and_what_is_rare_is_left_out(there: Upstream) -> None:
    refresh()
    assert (count("*"), count("n/transformer"), count("t/transformer"), count("=by/acme")) == (40, 40, 40, 40)
    assert count("n/transformer7") is None
    assert not Word.objects.filter(text__startswith="=is/")


def test_counting_again_takes_over_what_has_changed_and_drops_what_is_gone(there: Upstream) -> None:
    refresh()
    Entry.objects.filter(name__endswith="1").delete()
    Entry.objects.bulk_create([listed(there, f"other/llama-{number}") for number in range(3)])
    refresh()
    assert (count("*"), count("n/llama"), count("n/transformer")) == (39, 3, 36)
    Entry.objects.filter(namespace="other").delete()
    refresh()
    assert count("n/llama") is None


def test_nothing_is_counted_anew_as_long_as_little_has_changed(there: Upstream) -> None:
    refresh_when_due()
    assert count("*") == 40
    with CaptureQueriesContext(connection) as queries:
        refresh_when_due()
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "DELETE"))]
    Entry.objects.bulk_create([listed(there, f"other/llama-{number}") for number in range(3)])
    refresh_when_due()
    assert count("*") == 43


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="an index of Postgres")
def test_what_waits_beside_the_index_is_sorted_in_whether_or_not_anything_is_counted(there: Upstream) -> None:
    refresh_when_due()
    assert waiting() == 0
    Entry.objects.bulk_create([listed(there, "other/llama")])
    refresh_when_due()
    assert count("*") == 40
    assert waiting() == 0
    Entry.objects.bulk_create([listed(there, "other/mistral")])
    assert waiting() > 0


def waiting() -> int:
    """Pages that wait beside the index of the words; asking sorts them in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('entry_document')")
        pages: int = cursor.fetchone()[0]
        return pages


def test_what_has_vanished_is_no_reason_to_count_for_ever(there: Upstream) -> None:
    Entry.objects.filter(name__endswith="1").update(vanished_at="2026-05-01T00:00Z")
    refresh()
    FacetCount.objects.filter(facet="task").delete()
    FacetCount.objects.create(kind="", facet="task", value="a mark", count=1)
    refresh_when_due()
    assert FacetCount.objects.filter(value="a mark").exists()


def test_one_and_two_edits_are_corrected_and_nonsense_is_not(there: Upstream) -> None:
    refresh()
    assert corrected("tranformer") == "transformer"
    assert corrected("tranfsromer") == "transformer"
    assert corrected("acme transformre") == "acme transformer"
    assert corrected("zzqqxxyy") == ""
