"""Finds what is held and published. Nothing here asks an upstream: a miss is an exception, for the caller to judge."""

import re

from django.db.models import Case, Q, QuerySet, Value, When

from hub.catalog.models import Ref, Repo, Revision
from hub.errors import FileMissing, RepoMissing, RevisionMissing
from hub.names import RepoId, RepoKind, is_commit

DEFAULT_NAMES = frozenset({"", "HEAD"})
"""Revisions that stand for the default branch; huggingface.js and Swift write HEAD."""

TRUNKS = frozenset({"main", "master"})
"""The default branch goes by the one name on Hugging Face and by the other on ModelScope; clients write their own."""

_ABBREVIATED = re.compile(r"[0-9a-f]{7,39}")


def find_repo(kind: RepoKind, repo_id: RepoId, family: str = "") -> Repo:
    """The held repo of that id or alias, in any letter case. Raises RepoMissing.

    Where two upstreams have the same id, one of the kind `family` wins, and else the one that is asked first.
    """
    foreign = Case(When(upstream__kind=family, then=Value(0)), default=Value(1))
    held = Repo.objects.filter(kind=kind, held=True).order_by(foreign, "upstream__position", "upstream_id")
    found = held.filter(key=repo_id.key).first()
    found = found or held.filter(aliases__kind=kind, aliases__key=repo_id.key).first()
    if found is None:
        raise RepoMissing(f"this hub does not hold the {kind} {repo_id}", "ask for it, or check the spelling")
    return found


def find_named_repo(kind: RepoKind, name: str) -> Repo:
    """The held repo of `upstream:org/name`, or of `org/name` at whichever upstream comes first. Raises RepoMissing, and
    BadName for the id."""
    slug, _, rest = name.rpartition(":")
    repo_id = RepoId.parse(rest)
    if not slug:
        return find_repo(kind, repo_id)
    held = Repo.objects.filter(kind=kind, held=True, upstream__slug=slug)
    found = held.filter(key=repo_id.key).first() or held.filter(aliases__kind=kind, aliases__key=repo_id.key).first()
    if found is None:
        raise RepoMissing(
            f"this hub does not hold the {kind} {repo_id} from {slug}", "ask for it, or leave the hub out"
        )
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


def is_trunk(name: str, default_ref: str) -> bool:
    """Whether `name` is how the other hub calls a default branch like this one."""
    return name in TRUNKS and default_ref in TRUNKS


def file_missing(path: str, commit: str) -> FileMissing:
    return FileMissing(f"there is no {path!r} at commit {commit}", "list the tree to see what is there", commit=commit)


def _by_name(published: QuerySet[Revision], repo: Repo, revision: str) -> Revision | None:
    if is_commit(revision):
        return published.filter(commit=revision).first()
    name = repo.default_ref if revision in DEFAULT_NAMES else revision
    ref = Ref.objects.filter(_named(name), repo=repo).order_by("kind").first()
    if ref is None and is_trunk(name, repo.default_ref):
        ref = Ref.objects.filter(_named(repo.default_ref), repo=repo).order_by("kind").first()
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
