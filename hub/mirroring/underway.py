"""Which of the repos on a page have been asked for already."""

from collections.abc import Iterable

from hub.index.models import Entry
from hub.mirroring.models import Request

OPEN = (Request.State.WAITING, *Request.UNDER_WAY)


def asked_for(entries: Iterable[Entry]) -> dict[int, Request]:
    """By the entry's id: an open request for its repo, the newest where there are several. One query for all."""
    wanted = {(entry.upstream_id, entry.kind, entry.key): entry.pk for entry in entries}
    if not wanted:
        return {}
    upstreams, _kinds, keys = zip(*wanted, strict=True)
    rows = Request.objects.filter(upstream_id__in=set(upstreams), key__in=set(keys), state__in=OPEN).order_by("pk")
    found = ((wanted.get((row.upstream_id, row.kind, row.key)), row) for row in rows)
    return {pk: row for pk, row in found if pk is not None}
