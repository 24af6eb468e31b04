"""Which other held repos have the same weights, whatever their names and hubs: by sha256 and nothing else.

A blob is held once, so files with the same bytes lead to the same blob; those that nobody fetched are told by the
sha256 in their rows. Both have an index, so the question costs the same in a large catalog: four queries at most.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import F, Q, Sum

from hub.catalog.models import Ref, Repo, RepoFile, Revision

WEIGHTS = (
    ".safetensors .bin .pt .pth .gguf .ggml .onnx .onnx_data .h5 .msgpack .ckpt .pdparams .mlmodel .tflite .ot .nemo"
)
SAMPLE = 64
"""So many weight files, the largest, are looked for elsewhere; in a family they differ together or not at all."""
MOST = 5
"""Other repos that are compared file by file."""

_SUFFIXES = tuple(WEIGHTS.split())


@dataclass(frozen=True)
class Fact:
    """What is known of a file's bytes. `git_oid` is the git blob id of the content; either may be unknown."""

    path: str
    size: int
    sha256: str
    git_oid: str
    blob_id: int | None = None

    @property
    def is_weight(self) -> bool:
        return bool(self.sha256) and self.path.lower().endswith(_SUFFIXES)

    def equals(self, other: "Fact") -> bool | None:
        """None where the two have no kind of digest in common, and nothing is proven."""
        if self.size != other.size:
            return False
        if self.sha256 and other.sha256:
            return self.sha256 == other.sha256
        return self.git_oid == other.git_oid if self.git_oid and other.git_oid else None


@dataclass(frozen=True)
class Pair:
    """A file of this repo and the one that it is compared with in the other."""

    here: Fact
    there: Fact


@dataclass(frozen=True)
class Sameness:
    """How the default revision of another held repo compares with this one. `weights` are the weight files whose bytes
    are the same, under whatever path; the rest is compared path by path."""

    repo: Repo
    commit: str
    weights: tuple[Pair, ...]
    weights_here: int
    weights_there: int
    equal: tuple[Pair, ...]
    differing: tuple[Pair, ...]
    unproven: tuple[Pair, ...]
    only_here: tuple[Fact, ...]
    only_there: tuple[Fact, ...]

    @property
    def is_full(self) -> bool:
        """Neither repo has weights that the other lacks."""
        return len(self.weights) == self.weights_here == self.weights_there

    @property
    def is_whole(self) -> bool:
        """Every file is the same, not only the weights."""
        return self.is_full and not (self.differing or self.unproven or self.only_here or self.only_there)

    @property
    def bytes(self) -> int:
        return sum(pair.here.size for pair in self.weights)


def same_weights(revision: Revision) -> list[Sameness]:
    """The held repos of which some weight file has the same bytes as one of this revision, those with most first."""
    here = next((files for _, files in _files([revision.pk])), [])
    weights = sorted((file for file in here if file.is_weight), key=lambda file: -file.size)[:SAMPLE]
    shared = _sharing(revision, weights) if weights else {}
    if not shared:
        return []
    refs = Ref.objects.filter(revision__in=shared, name=F("repo__default_ref")).select_related("repo__upstream")
    others = {ref.revision_id: ref for ref in refs.annotate(commit=F("revision__commit"))}
    found = [_compare(here, files, others[pk].repo, others[pk].commit) for pk, files in _files(others)]
    return sorted((one for one in found if one.weights), key=lambda one: (-one.bytes, one.repo.pk))


def _sharing(revision: Revision, weights: list[Fact]) -> dict[int, int]:
    """Default revisions of other repos that have some of these weights, and how many bytes of them."""
    blobs = [file.blob_id for file in weights if file.blob_id]
    unheld = [file.sha256 for file in weights if not file.blob_id]
    same = Q(blob__in=blobs) if blobs else Q()
    if unheld:
        same |= Q(blob=None, sha256__in=unheld)
    rows = (
        RepoFile.objects.filter(same, revision__published_at__isnull=False, revision__repo__held=True)
        .filter(revision__refs__name=F("revision__repo__default_ref"))
        .exclude(revision__repo=revision.repo_id)
    )
    sums = rows.order_by().values("revision").annotate(bytes=Sum("size")).order_by("-bytes", "revision")[:MOST]
    return {row["revision"]: row["bytes"] for row in sums}


def _files(revision_ids: Iterable[int]) -> Iterator[tuple[int, list[Fact]]]:
    rows = RepoFile.objects.filter(revision__in=list(revision_ids)).order_by("revision", "position")
    columns = ("revision_id", "path", "size", "oid", "sha256", "pointer_size", "blob_id", "blob__sha256")
    for pk, of_revision in groupby(rows.values_list(*columns, "blob__git_oid"), key=lambda row: row[0]):
        yield pk, [_fact(*row[1:]) for row in of_revision]


def _fact(
    path: str, size: int, oid: str, sha256: str, pointer: int | None, blob_id: int, blob: str | None, git: str | None
) -> Fact:
    # An oid next to a sha256 is that of an LFS pointer, and says nothing that the sha256 does not.
    return Fact(path, size, sha256 or blob or "", git or ("" if sha256 or pointer else oid), blob_id)


def _compare(here: list[Fact], there: list[Fact], repo: Repo, commit: str) -> Sameness:
    by_path = {file.path: file for file in there}
    weights = _paired([file for file in here if file.is_weight], [file for file in there if file.is_weight])
    taken_here, taken_there = {pair.here.path for pair in weights}, {pair.there.path for pair in weights}
    pairs = [Pair(file, by_path[file.path]) for file in here if file.path in by_path and file.path not in taken_here]
    pairs = [pair for pair in pairs if pair.there.path not in taken_there]
    paired = {pair.here.path for pair in pairs}
    verdicts = [(pair, pair.here.equals(pair.there)) for pair in pairs]
    return Sameness(
        repo=repo,
        commit=commit,
        weights=tuple(weights),
        weights_here=sum(file.is_weight for file in here),
        weights_there=sum(file.is_weight for file in there),
        equal=(*weights, *(pair for pair, verdict in verdicts if verdict)),
        differing=tuple(pair for pair, verdict in verdicts if verdict is False),
        unproven=tuple(pair for pair, verdict in verdicts if verdict is None),
        only_here=tuple(file for file in here if file.path not in taken_here | paired),
        only_there=tuple(file for file in there if file.path not in taken_there | paired),
    )


def _paired(here: list[Fact], there: list[Fact]) -> list[Pair]:
    """Each weight file with one of the same bytes, of the same path where there is one."""
    left: dict[str, list[Fact]] = defaultdict(list)
    for file in there:
        left[file.sha256].append(file)
    pairs: dict[str, Pair] = {}
    for same_path in (True, False):
        for file in here:
            if file.path in pairs:
                continue
            match = next((one for one in left[file.sha256] if not same_path or one.path == file.path), None)
            if match is not None:
                left[file.sha256].remove(match)
                pairs[file.path] = Pair(file, match)
    return [pairs[file.path] for file in here if file.path in pairs]
