"""What is held, as lists tell it: the tags in use, and the revision that stands for each repo."""

from collections.abc import Iterator, Sequence

from hub.catalog.models import Ref, Repo, Revision
from hub.catalog.shelves import Pin
from hub.names import RepoKind


def tags_in_use(kind: RepoKind) -> Iterator[tuple[str, str, list[str]]]:
    """(pipeline tag, library, tags) of every held repo of a kind."""
    rows = Repo.objects.filter(kind=kind, held=True)
    yield from rows.values_list("pipeline_tag", "library_name", "tags").iterator()


def head_pins(repo_pks: Sequence[int]) -> dict[int, Pin]:
    """The published revision that stands for each repo: its default ref, else the newest."""
    heads: dict[int, Pin] = {}
    for start in range(0, len(repo_pks), 500):
        some = repo_pks[start : start + 500]
        newest = Revision.objects.filter(repo__in=some, published_at__isnull=False).order_by("published_at")
        heads |= {repo: Pin(pk, commit) for repo, pk, commit in newest.values_list("repo_id", "pk", "commit")}
        refs = Ref.objects.filter(repo__in=some, revision__published_at__isnull=False)
        for repo, name, default, pk, commit in refs.values_list(
            "repo_id", "name", "repo__default_ref", "revision_id", "revision__commit"
        ):
            if name == default:
                heads[repo] = Pin(pk, commit)
    return heads
