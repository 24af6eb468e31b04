"""Finds what is held and published. Nothing here asks an upstream: a miss is an exception, for the caller to judge."""

import re

from django.db.models import Q, QuerySet

from hub.catalog.models import Ref, Repo, Revision
from hub.errors import FileMissing, RepoMissing, RevisionMissing
from hub.names import RepoId, RepoKind, is_commit

DEFAULT_NAMES = frozenset({"", "HEAD"})
"""Revisions that stand for the default branch; huggingface.js and Swift write HEAD."""

_ABBREVIATED = re.compile(r"[0-9a-f]{7,39}")


def find_repo(kind: RepoKind, repo_id: RepoId) -> Repo:
    """The held repo of that id or alias, in any letter case. Raises RepoMissing.

    Where two upstreams have the same id, the one that is asked first wins.
    """
    held = Repo.objects.filter(kind=kind, held=True).order_by("upstream__position", "upstream_id")
    found = held.filter(key=repo_id.key).first()
    found = found or held.filter(aliases__kind=kind, aliases__key=repo_id.key).first()
    if found is None:
        raise RepoMissing(f"this hub does not hold the {kind} {repo_id}", "ask for it, or check the spelling")
    return found


def find_revision(repo: Repo, revision: str) -> Revision:
    """The published revision of that branch, tag, ref or commit. Raises RevisionMissing."""
    published = Revision.objects.filter(repo=repo, published_at__isnull=False)
    found = _by_name(published, repo, revision)
    if found is None:
        raise RevisionMissing(
            f"this hub does not hold {repo.repo_id} at {revision or repo.default_ref}",
            "use a branch, a tag or a commit that it holds",
        )
    return found


def file_missing(path: str, commit: str) -> FileMissing:
    return FileMissing(f"there is no {path!r} at commit {commit}", "list the tree to see what is there", commit=commit)


def _by_name(published: QuerySet[Revision], repo: Repo, revision: str) -> Revision | None:
    if is_commit(revision):
        return published.filter(commit=revision).first()
    name = repo.default_ref if revision in DEFAULT_NAMES else revision
    ref = Ref.objects.filter(_named(name), repo=repo).order_by("kind").first()
    if ref is not None:
        return published.filter(pk=ref.revision_id).first()
    if _ABBREVIATED.fullmatch(revision):
        found = list(published.filter(commit__startswith=revision)[:2])
        return found[0] if len(found) == 1 else None
    return None


def _named(name: str) -> Q:
    """People write short names for branches and tags only; everything else goes by its full name."""
    full = Q(ref=name)
    return full if name.startswith("refs/") else full | Q(name=name, kind__in=[Ref.Kind.BRANCH, Ref.Kind.TAG])
