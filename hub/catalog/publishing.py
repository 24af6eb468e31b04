"""Makes a revision visible, all at once, and moves refs to it."""

from django.db import transaction
from django.utils import timezone

from hub.catalog.models import Ref, Repo, Revision

_FULL_NAMES = {Ref.Kind.BRANCH: "refs/heads/{}", Ref.Kind.TAG: "refs/tags/{}"}


def is_complete(revision: Revision) -> bool:
    """True when every wanted file has its blob."""
    return not revision.files.filter(wanted=True, blob=None).exists()


def publish(revision: Revision) -> bool:
    """Makes a complete revision visible; True when this call did it. An incomplete one stays hidden."""
    with transaction.atomic():
        if not is_complete(revision):
            return False
        published = Revision.objects.filter(pk=revision.pk, published_at=None).update(
            published_at=timezone.now(), retired_at=None
        )
        if published:
            Repo.objects.filter(pk=revision.repo_id).update(held=True)
    return bool(published)


def move_ref(revision: Revision, kind: str, name: str) -> Ref:
    """Points a name at a published revision."""
    full_name = _FULL_NAMES.get(Ref.Kind(kind), "{}").format(name)
    ref, _ = Ref.objects.update_or_create(
        repo=revision.repo,
        name=name,
        defaults={"kind": kind, "ref": full_name, "revision": revision, "moved_at": timezone.now()},
    )
    return ref
