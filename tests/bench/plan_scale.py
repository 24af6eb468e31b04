"""What planning a very large repo costs: statements to the database, and memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from .databases import postgres
from .findings import Finding, Limit, Sample
from .ground import Ground
from .inside import inside
from .upstream import Upstream, upstream

MOST_QUERIES = 500
MOST_MIB = 400


def measure(ground: Ground) -> Iterator[Finding]:
    files = ground.sizes.planned
    with upstream(ground, f"{files}x64B") as source:
        for name, database in (("SQLite", _sqlite), ("Postgres", postgres)):
            with database() as url:
                found = _plan(ground, source, {"HUB_DATABASE_URL": url} if url else {})
            if found["files"] < files:
                raise RuntimeError(f"only {found['files']} files were planned")
            what = f"Look and plan of {files:,} files, {name}"
            if url:
                # Django cuts what it sends to SQLite into pieces of 999 values; there a statement costs no round trip.
                yield Limit(f"{what}: statements", Sample((found["queries"],)), most=MOST_QUERIES)
            yield Limit(f"{what}: memory gained", Sample((found["mib"],)), most=MOST_MIB, unit=" MiB")


@contextmanager
def _sqlite() -> Iterator[str]:
    """The default, in the data directory."""
    yield ""


def _plan(ground: Ground, source: Upstream, more: Mapping[str, str]) -> dict[str, float]:
    with ground.folder("planning") as folder:
        environment = {
            "HUB_DATA_DIR": str(folder),
            "HUB_HUGGINGFACE_URL": source.url,
            "HUB_UPSTREAM_HOSTS": "127.0.0.1 127.0.0.2",
            "HUB_ADMIN_PASSWORD": "the bench needs none",
        }
        return inside("plan_inside", {**environment, **more})
