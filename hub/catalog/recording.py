"""Writes what upstream said about a commit into the catalog: repo, alias, revision, files. Nothing is visible yet."""

from collections.abc import Iterable, Sequence
from typing import Any

from hub.catalog.models import Repo, RepoAlias, RepoFile, Revision
from hub.catalog.renaming import rename_repo
from hub.names import RepoId
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import RepoInfo, TreeDirectory, TreeFile


def record_repo(upstream: Upstream, info: RepoInfo, asked_as: RepoId) -> Repo:
    """The repo's row with the newest facts; the id it was asked for is remembered where upstream calls it otherwise."""
    if asked_as.key != info.repo_id.key:
        _take_along(upstream, info, asked_as)
    repo, _ = Repo.objects.update_or_create(
        upstream=upstream,
        kind=info.kind.value,
        key=info.repo_id.key,
        defaults={
            "namespace": info.repo_id.namespace,
            "name": info.repo_id.name,
            "default_ref": info.default_ref,
            "licence": info.licence[:100],
            "gated": info.gated,
            "pipeline_tag": info.pipeline_tag[:100],
            "library_name": info.library_name[:100],
            "tags": list(info.tags),
            "base_models": list(info.base_models),
            "upstream_created_at": info.created_at,
            "upstream_modified_at": info.last_modified,
            "upstream_downloads": info.downloads,
            "upstream_likes": info.likes,
            "missing_upstream_since": None,
        },
    )
    if asked_as.key != info.repo_id.key:
        RepoAlias.objects.get_or_create(repo=repo, kind=repo.kind, key=asked_as.key)
    return repo


def _take_along(upstream: Upstream, info: RepoInfo, asked_as: RepoId) -> None:
    """What is held under the name that upstream redirects from is the same repo, and gets its new name."""
    rows = Repo.objects.filter(upstream=upstream, kind=info.kind.value).exclude(key=info.repo_id.key)
    old = rows.filter(key=asked_as.key).first() or rows.filter(aliases__key=asked_as.key).first()
    if old is not None:
        rename_repo(old, info.repo_id)


def record_revision(
    repo: Repo,
    info: RepoInfo,
    files: Sequence[TreeFile],
    directories: Iterable[TreeDirectory],
    history: list[dict[str, Any]],
    wanted: frozenset[str],
) -> Revision:
    """The revision with every file of its tree; `wanted` paths are added to those that were wanted before.

    Call it in a transaction: whoever finds the revision's row may rely on its files.
    """
    revision, created = Revision.objects.get_or_create(
        repo=repo,
        commit=info.commit,
        defaults={
            "info": info.raw,
            "history": history,
            "directories": [[directory.path, directory.oid] for directory in directories],
            "told": {"licence": info.licence, "gated": info.gated},
        },
    )
    if created:
        RepoFile.objects.bulk_create(
            (_row(revision, position, file, file.path in wanted) for position, file in enumerate(files)),
            batch_size=2000,
        )
    else:
        _widen(revision, wanted)
    return revision


def _row(revision: Revision, position: int, file: TreeFile, wanted: bool) -> RepoFile:
    return RepoFile(
        revision=revision,
        position=position,
        path=file.path,
        size=file.size,
        oid=file.oid,
        sha256=file.sha256,
        pointer_size=file.pointer_size,
        last_commit=file.last_commit,
        wanted=wanted,
    )


def _widen(revision: Revision, wanted: frozenset[str]) -> None:
    left_out = revision.files.filter(wanted=False).values_list("pk", "path")
    newly = [pk for pk, path in left_out if path in wanted]
    for start in range(0, len(newly), 500):
        RepoFile.objects.filter(pk__in=newly[start : start + 500]).update(wanted=True)
