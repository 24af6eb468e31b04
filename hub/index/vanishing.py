"""What a full pass over a slice has not seen: whether it has vanished upstream, or the listing was not all there.

One empty page is no deletion, so a pass that lists suspiciously little marks nothing, and of a few entries upstream is
asked one by one. An entry that is listed again is unmarked by `take_in`.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from hub.errors import HubError, Missing, UpstreamRateLimited, UpstreamUnreachable
from hub.index.crawls import Crawl, Sighting
from hub.index.models import Entry
from hub.names import RepoId, RepoKind
from hub.upstreams.protocol import UpstreamClient
from hub.upstreams.registry import client_for

logger = logging.getLogger(__name__)

LEAST_TO_DOUBT = 10
"""Entries. Of fewer, upstream is asked one by one anyway."""
MOST_TO_ASK = 50
BATCH = 500


def mark_vanished(row: Crawl, believe: bool, alive: Callable[[], object]) -> tuple[int, str]:
    """After a full pass: how many entries are marked, and why none are, "" where that is fine.

    `believe` takes the pass at its word, however little it listed; `alive` is called now and then, and may raise.
    Raises UpstreamRateLimited and UpstreamUnreachable: then the question is open, and asked again later.
    """
    missed = list(_missed(row))
    if not missed:
        return 0, ""
    before = _entries(row).filter(vanished_at=None).count() if not row.tag else row.total + len(missed)
    if not believe and before > LEAST_TO_DOUBT and row.total * 2 < before:
        return 0, (
            f"the last full pass listed {row.total:,} of {before:,} entries, which is suspiciously few: nothing was"
            " marked as vanished. If it is right: manage.py index run --full --believe"
        )
    if len(missed) <= MOST_TO_ASK or row.tag or row.task:
        # A repo that lost its tag or its task has left the slice, and not the hub.
        missed = list(_gone(row, islice(missed, MOST_TO_ASK), alive))
    return _mark(row, [pk for pk, _ in missed], alive), ""


def _entries(row: Crawl) -> QuerySet[Entry]:
    """Those of the slice, as far as columns tell."""
    found = Entry.objects.filter(upstream=row.upstream, kind=row.kind)
    if row.author:
        found = found.filter(key__startswith=f"{row.author.lower()}/")
    if row.task:
        found = found.filter(task=row.task)
    if row.tag and connection.vendor == "postgresql":
        found = found.filter(tags__contains=[row.tag])
    return found


def _missed(row: Crawl) -> Iterator[tuple[int, RepoId]]:
    seen = Sighting.objects.filter(crawl=row, entry=OuterRef("pk"))
    rows = _entries(row).filter(~Exists(seen), vanished_at=None, seen_at__lt=row.began_at)
    for pk, namespace, name, tags in rows.values_list("pk", "namespace", "name", "tags").iterator(BATCH):
        if not row.tag or row.tag in tags:
            yield pk, RepoId(namespace, name)


def _gone(
    row: Crawl, missed: Iterator[tuple[int, RepoId]], alive: Callable[[], object]
) -> Iterator[tuple[int, RepoId]]:
    """Those that upstream knows no more, or by another name."""
    client, is_well = client_for(row.upstream), False
    for pk, repo_id in missed:
        alive()
        if not _is_there(client, RepoKind(row.kind), repo_id):
            if not is_well:
                client.check()
                is_well = True
            yield pk, repo_id


def _is_there(client: UpstreamClient, kind: RepoKind, repo_id: RepoId) -> bool:
    try:
        return client.info(kind, repo_id, "").repo_id.key == repo_id.key
    except Missing:
        return False
    except (UpstreamRateLimited, UpstreamUnreachable):
        raise
    except HubError as error:
        # Gated, switched off or odd: it is there.
        logger.debug("%s is not listed, and not gone either: %s", repo_id, error)
        return True


def _mark(row: Crawl, pks: Sequence[int], alive: Callable[[], object]) -> int:
    marked, now = 0, timezone.now()
    for start in range(0, len(pks), BATCH):
        alive()
        chosen = Entry.objects.filter(pk__in=pks[start : start + BATCH], seen_at__lt=row.began_at, vanished_at=None)
        marked += chosen.update(vanished_at=now)
    return marked
