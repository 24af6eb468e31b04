"""What takes the room: all that is held, by repo, kind, upstream and format, and how it grew.

Bytes that several repos have are stored once, and count here in equal parts for each of them: so the parts of all
repos together are what is stored. Whole tables are read, about two seconds for a million files, once a minute at most.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from hub.blobs.models import Blob
from hub.catalog.models import Repo, RepoFile
from hub.mirroring.kept import Kept, Told, patient_statements
from hub.upstreams.models import Upstream

SECONDS = 60.0
MOST_REPOS = 100
MOST_FILES = 10
DAYS = 90

# Literal names of tables: tests/mirroring/test_holdings.py would notice if one changed.
_BY_REPO = """
WITH pairs AS (
  SELECT DISTINCT r.repo_id AS repo, f.blob_id AS blob
  FROM catalog_repofile f JOIN catalog_revision r ON r.id = f.revision_id
  WHERE f.blob_id IS NOT NULL
), spread AS (SELECT blob, COUNT(*) AS repos FROM pairs GROUP BY blob)
SELECT p.repo, COUNT(*), SUM(b.size), SUM(b.size / s.repos), SUM(CASE WHEN s.repos = 1 THEN b.size ELSE 0 END)
FROM pairs p JOIN spread s ON s.blob = p.blob JOIN blobs_blob b ON b.id = p.blob
GROUP BY p.repo
"""
_BY_FORMAT = """
SELECT {ending} AS format, COUNT(*), SUM(b.size)
FROM (SELECT blob_id, MIN(path) AS path FROM catalog_repofile WHERE blob_id IS NOT NULL GROUP BY blob_id) f
JOIN blobs_blob b ON b.id = f.blob_id
GROUP BY 1
"""
FORMATS = (
    "safetensors", "gguf", "bin", "pt", "pth", "ckpt", "onnx", "msgpack", "h5", "npz", "pkl", "parquet", "arrow",
    "jsonl", "json", "csv", "txt", "md", "py", "model", "tar", "gz", "zip", "zst", "png", "jpg", "mp4", "wav",
)  # fmt: skip
"""Endings of paths that are told apart; every other one is "other"."""
OTHER = "other"


@dataclass(frozen=True)
class RepoUse:
    """What one repo uses. `bytes` are those of its files, each counted once; `part` is its part of what is stored;
    `alone` is what nobody else has, and would be free without it."""

    pk: int
    kind: str
    upstream: str
    namespace: str
    name: str
    held: bool
    files: int
    bytes: int
    part: int
    alone: int

    @property
    def repo_id(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def named(self) -> str:
        return f"{self.upstream}:{self.repo_id}"


@dataclass(frozen=True)
class Slice:
    """A part of what is stored: `files` counts what is stored once."""

    name: str
    files: int
    bytes: int


@dataclass(frozen=True)
class LargeFile:
    """One of the largest, with one of the places where it is; `repo` is None where nothing has it any more."""

    sha256: str
    size: int
    path: str
    repo: Repo | None
    places: int


@dataclass(frozen=True)
class Holdings:
    """`repos` are the MOST_REPOS that use most, `other_repos` and `other_bytes` what is left out of them.

    `named` counts the bytes of all files of all revisions each time; `unused` is what no file has, until the next
    prune. `days` are (day, bytes that arrived) without holes, `before` the bytes that came earlier: of what is still
    held.
    """

    blobs: int
    stored: int
    named: int
    unused: int
    repos: tuple[RepoUse, ...]
    other_repos: int
    other_bytes: int
    kinds: tuple[Slice, ...]
    upstreams: tuple[Slice, ...]
    formats: tuple[Slice, ...]
    days: tuple[tuple[date, int], ...]
    before: int
    largest: tuple[LargeFile, ...]

    @property
    def saved(self) -> int:
        """Bytes that need no room, because the same bytes are held once."""
        return max(0, self.named - self.stored + self.unused)

    @property
    def saved_percent(self) -> int:
        return self.saved * 100 // self.named if self.named else 0

    @property
    def totals(self) -> list[tuple[date, int]]:
        """What was stored at the end of each day, as far as it is still held."""
        found, total = [], self.before
        for day, added in self.days:
            total += added
            found.append((day, total))
        return found


def holdings() -> Told[Holdings]:
    """The numbers of now, or of a minute ago at most where counting is quick."""
    return _kept.get()


def glance_at_holdings(seconds: float) -> Told[Holdings] | None:
    """The same; None where they are being counted for the first time, and that takes longer than `seconds`."""
    return _kept.look(seconds)


def _count() -> Holdings:
    with patient_statements():
        repos = sorted(_repos(), key=lambda use: (-use.part, use.pk))
        sums = Blob.objects.aggregate(blobs=Count("pk"), size=Sum("size"))
        days, before = _days()
        rest = repos[MOST_REPOS:]
        return Holdings(
            blobs=sums["blobs"],
            stored=sums["size"] or 0,
            named=RepoFile.objects.filter(blob__isnull=False).aggregate(size=Sum("size"))["size"] or 0,
            unused=Blob.objects.filter(files=None).aggregate(size=Sum("size"))["size"] or 0,
            repos=tuple(repos[:MOST_REPOS]),
            other_repos=len(rest),
            other_bytes=sum(use.part for use in rest),
            kinds=_summed((use.kind, use) for use in repos),
            upstreams=_summed((use.upstream, use) for use in repos),
            formats=tuple(_formats()),
            days=days,
            before=before,
            largest=tuple(_largest()),
        )


_kept = Kept("holdings", _count, SECONDS)


def _repos() -> Iterator[RepoUse]:
    with connection.cursor() as cursor:
        cursor.execute(_BY_REPO)
        counted = {pk: [int(number) for number in numbers] for pk, *numbers in cursor.fetchall()}
    slugs = dict(Upstream.objects.values_list("pk", "slug"))
    columns = Repo.objects.values_list("pk", "upstream_id", "kind", "namespace", "name", "held")
    for pk, upstream, kind, namespace, name, held in columns:
        if pk in counted:
            yield RepoUse(pk, kind, slugs.get(upstream, ""), namespace, name, held, *counted[pk])


def _summed(named: Iterable[tuple[str, RepoUse]]) -> tuple[Slice, ...]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, use in named:
        sums[name][0] += use.files
        sums[name][1] += use.part
    return tuple(sorted((Slice(name, *numbers) for name, numbers in sums.items()), key=lambda one: -one.bytes))


def _formats() -> list[Slice]:
    ending = " ".join(["CASE", *["WHEN LOWER(f.path) LIKE %s THEN %s"] * len(FORMATS), "ELSE %s END"])
    values = [value for name in FORMATS for value in (f"%.{name}", name)]
    with connection.cursor() as cursor:
        cursor.execute(_BY_FORMAT.format(ending=ending), [*values, OTHER])
        found = [Slice(name, files, int(size)) for name, files, size in cursor.fetchall()]
    return sorted(found, key=lambda one: -one.bytes)


def _days() -> tuple[tuple[tuple[date, int], ...], int]:
    today = timezone.now().astimezone(UTC).date()
    first = today - timedelta(days=DAYS - 1)
    rows = Blob.objects.annotate(day=TruncDate("created_at", tzinfo=UTC)).values_list("day")
    sums = {day: size for day, size in rows.annotate(size=Sum("size")).order_by() if day}
    days = (first + timedelta(days=number) for number in range(DAYS))
    return tuple((day, sums.get(day, 0)) for day in days), sum(size for day, size in sums.items() if day < first)


def _largest() -> Iterator[LargeFile]:
    for blob in Blob.objects.order_by("-size", "pk")[:MOST_FILES]:
        files = RepoFile.objects.filter(blob=blob)
        first = files.select_related("revision__repo__upstream").order_by("pk").first()
        repo = first.revision.repo if first else None
        yield LargeFile(blob.sha256, blob.size, first.path if first else "", repo, files.count())
