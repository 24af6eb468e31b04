"""Upstream calls a held repo by another name: the row takes the new one, and the old one goes on leading to it."""

from hub.catalog.models import Ref, Repo, RepoAlias, Revision
from hub.names import RepoId


def rename_repo(repo: Repo, new: RepoId) -> Repo:
    """Returns the row that stands for the repo now. Where both names were held, the old row's revisions move over.

    Call it in a transaction.
    """
    old = repo.key
    other = Repo.objects.filter(upstream_id=repo.upstream_id, kind=repo.kind, key=new.key).exclude(pk=repo.pk).first()
    if other is None:
        Repo.objects.filter(pk=repo.pk).update(namespace=new.namespace, name=new.name, key=new.key)
        repo.refresh_from_db()
        kept = repo
    else:
        _move_over(repo, other)
        kept = other
    RepoAlias.objects.filter(repo=kept, key=new.key).delete()
    RepoAlias.objects.get_or_create(repo=kept, kind=kept.kind, key=old)
    return kept


def _move_over(repo: Repo, other: Repo) -> None:
    """The refs of `other` are the fresher ones; a commit that both hold is kept once."""
    known = other.revisions.values_list("commit", flat=True)
    Ref.objects.filter(repo=repo, name__in=list(other.refs.values_list("name", flat=True))).delete()
    Revision.objects.filter(repo=repo).exclude(commit__in=list(known)).update(repo=other)
    Ref.objects.filter(repo=repo, revision__repo=other).update(repo=other)
    for key in repo.aliases.values_list("key", flat=True):
        RepoAlias.objects.get_or_create(repo=other, kind=other.kind, key=key)
    Repo.objects.filter(pk=other.pk).update(held=other.held or repo.held, pulls=other.pulls + repo.pulls)
    repo.delete()
