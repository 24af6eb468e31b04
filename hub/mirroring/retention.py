"""Old revisions of followed refs go, the newest stay. Only rows are deleted here; `pruneblobs` frees the bytes."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.catalog.models import Ref, Repo, Revision
from hub.index.held import note_held
from hub.mirroring.eviction import manifest_of
from hub.mirroring.follow import Follow, FollowedRevision

READING = timedelta(hours=1)
"""A client that has just been told the old commit goes on asking for its files by that commit."""
ABANDONED = timedelta(days=1)
"""A plan that nobody waits for any more, because upstream moved on before it was complete."""


def note_stand(follow: Follow, revision: Revision) -> None:
    """Remembers that the followed ref stands at this published revision."""
    newest = follow.past.first()
    if newest is None or newest.revision_id != revision.pk:
        FollowedRevision.objects.update_or_create(follow=follow, revision=revision, defaults={"at": timezone.now()})


def retire_old(follow: Follow, repo: Repo) -> list[str]:
    """Deletes the rows of revisions beyond those to keep; returns their commits.

    A revision that a ref, or any request, points at stays, whatever its age: so a wish for a commit pins it. So does
    one that was pinned by hand, or pulled in the last HUB_KEEP_PULLED_DAYS days.
    """
    _adopt(follow, repo)
    gone = [commit for pk in _beyond(follow) if (commit := _retire(pk, "revision.retired"))]
    before = timezone.now() - ABANDONED
    abandoned = _pointless().filter(repo=repo, published_at=None, retired_at=None, planned_at__lt=before)
    gone += [commit for pk in _pks(abandoned) if (commit := _retire(pk, "revision.dropped"))]
    return gone


def _adopt(follow: Follow, repo: Repo) -> None:
    """The ref also stood where no look saw it: it was moved by hand in between, or was published after upstream had
    moved on. Those revisions count like the others."""
    unseen = _pointless().filter(repo=repo, followed=None, planned_at__gt=follow.created_at)
    for revision in unseen.exclude(published_at=None)[:100]:
        at = revision.published_at or timezone.now()
        FollowedRevision.objects.get_or_create(follow=follow, revision=revision, defaults={"at": at})


def _beyond(follow: Follow) -> list[int]:
    """The followed revisions after the first `keep`, unless the ref has moved a moment ago."""
    keep = settings.KEEP_REVISIONS if follow.keep is None else follow.keep
    past = list(follow.past.values_list("revision_id", flat=True))
    if not keep or len(past) <= keep:
        return []
    moved = Ref.objects.filter(revision__in=past[:1]).order_by("-moved_at").values_list("moved_at", flat=True).first()
    return [] if moved and moved > timezone.now() - READING else past[keep:]


def _pointless() -> QuerySet[Revision]:
    """Revisions that nothing points at, that nobody has pinned, and that nobody has pulled lately."""
    pulled = timezone.now() - timedelta(days=settings.KEEP_PULLED_DAYS)
    unread = Q(pulled_at=None) | Q(pulled_at__lt=pulled)
    return Revision.objects.filter(unread, refs=None, requests=None, pinned=False, repo__pinned=False)


def _retire(pk: int, verb: str) -> str:
    """The commit of the deleted revision, "" where something points at it after all.

    The lock comes first and the question second: whoever wants to point at the row has to wait for us, or we see it.
    """
    with transaction.atomic():
        revision = Revision.objects.select_for_update().filter(pk=pk).first()
        if revision is None or not _pointless().filter(pk=pk).exists():
            return ""
        subject, files = f"{revision.repo}@{revision.commit}", revision.files.filter(blob__isnull=False).count()
        record(SYSTEM, verb, subject, commit=revision.commit, files=files, manifest=manifest_of(revision))
        repo = revision.repo
        revision.delete()
        note_held(repo)
    return revision.commit


def _pks(rows: QuerySet[Revision]) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:100])
