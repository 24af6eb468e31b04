"""In a process of its own: fills a catalog on Postgres, times what readers and the publisher do, and explains it.

Each repo has 1,000 files over 200 blobs of its own, as a fifth of the files of a real catalog are distinct.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import QuerySet

FILES = 1000
BLOBS = 200
ROUNDS = 501

SEED = """
INSERT INTO blobs_blob (sha256, size, git_oid, created_at)
  SELECT encode(sha256(n::text::bytea), 'hex'), 20000, '', now()
  FROM generate_series(%(first)s * 200, %(last)s * 200 - 1) n;
INSERT INTO catalog_repofile (revision_id, position, path, size, oid, sha256, wanted, blob_id)
  SELECT revision.id, n, 'folder-' || n / 100 || '/part-' || n || '.bin', 20000,
         md5(revision.id || '-' || n) || 'abcdef01', blob.sha256, true, blob.id
  FROM catalog_revision revision
  JOIN catalog_repo repo ON repo.id = revision.repo_id
  CROSS JOIN generate_series(0, 999) n
  JOIN blobs_blob blob
    ON blob.sha256 = encode(sha256((substr(repo.name, 6)::bigint * 200 + n %% 200)::text::bytea), 'hex')
  WHERE substr(repo.name, 6)::bigint >= %(first)s
  ORDER BY revision.id, n;
ANALYZE;
"""


def main() -> None:
    django.setup()
    from hub.upstreams.models import Upstream

    call_command("prepare", verbosity=0, stdout=sys.stderr)
    small, large = (int(word) // FILES for word in sys.argv[1:3])
    upstream = Upstream.objects.get(slug="huggingface")
    found: dict[str, Any] = {}
    fill(upstream, 0, small)
    found["small"] = timings(small)
    fill(upstream, small, large)
    found["large"] = timings(large)
    found["plans"] = plans()
    print(json.dumps(found))


def fill(upstream: Any, first: int, last: int) -> None:
    """Repos `first` to `last` by the models, and their files by the database itself, which is quicker."""
    from django.utils import timezone

    from hub.catalog.models import Ref, Repo, Revision

    names = [f"repo-{number}" for number in range(first, last)]
    rows = [
        Repo(upstream=upstream, kind="model", namespace="bench", name=name, key=f"bench/{name}", held=True)
        for name in names
    ]
    repos = Repo.objects.bulk_create(rows)
    revisions = Revision.objects.bulk_create(
        [Revision(repo=repo, commit=f"{repo.pk:040x}", published_at=timezone.now()) for repo in repos]
    )
    Ref.objects.bulk_create(
        [Ref(repo=one.repo, kind="branch", name="main", ref="refs/heads/main", revision=one) for one in revisions]
    )
    with connection.cursor() as cursor:
        cursor.execute(SEED, {"first": first, "last": last})


def timings(repos: int) -> dict[str, float]:
    """Median seconds of each step, with nothing remembered in the process."""
    from hub.catalog.memory import forget_everything
    from hub.catalog.models import Revision
    from hub.catalog.publishing import is_complete
    from hub.catalog.shelves import file_of, pin_of, shelf_of
    from hub.catalog.trees import tree_of
    from hub.mirroring.gather import gather
    from hub.names import RepoId, RepoKind

    def pin(number: int) -> Any:
        return pin_of(shelf_of(RepoKind.MODEL, RepoId("bench", f"repo-{number * 7 % repos}")), "main")

    def resolve(number: int) -> None:
        file_of(pin(number), f"folder-{number % 10}/part-{number % 10 * 100 + 7}.bin")

    def publish(number: int) -> None:
        revision = Revision.objects.get(pk=pin(number).revision_pk)
        with transaction.atomic():
            is_complete(revision)
            gather(revision)

    steps: dict[str, Callable[[int], object]] = {
        "resolve": resolve,
        "tree": lambda number: tree_of(pin(number)),
        "publish": publish,
    }
    return {name: median(timed(step, forget_everything) for step in [step] * ROUNDS) for name, step in steps.items()}


_calls = iter(range(10**9))


def timed(step: Callable[[int], object], forget: Callable[[], None]) -> float:
    forget()
    started = time.perf_counter()
    step(next(_calls))
    return time.perf_counter() - started


def plans() -> dict[str, str]:
    """How Postgres answers each of them."""
    from hub.catalog.models import Repo, RepoFile, Revision

    revision = Revision.objects.order_by("-pk").first()
    assert revision is not None
    asked: dict[str, QuerySet[Any]] = {
        "resolve, the repo": Repo.objects.filter(kind="model", held=True, key="bench/repo-0").order_by(
            "upstream__position", "upstream_id"
        ),
        "resolve, the file": RepoFile.objects.filter(revision=revision, path="folder-0/part-7.bin").values_list(
            "size", "oid", "sha256", "blob__sha256"
        ),
        "tree": RepoFile.objects.filter(revision=revision).order_by("position").values_list("path", "size"),
        "publish, is anything missing": RepoFile.objects.filter(revision=revision, wanted=True, blob=None),
        "publish, who waits for a digest": RepoFile.objects.filter(sha256="0" * 64, blob=None).values_list("pk"),
    }
    return {name: query.explain() for name, query in asked.items()}


if __name__ == "__main__":
    main()
