"""Puts a repo of the fake hub into the catalog and the store as if it had been mirrored: same bytes, oids, commits.

No upstream is needed: `publish(world.tiny())` is enough for tests of what readers see.
"""

from collections.abc import Collection
from dataclasses import replace

from hub.blobs.models import Blob
from hub.blobs.stores import store
from hub.catalog.models import Ref, Repo, RepoAlias, Revision
from hub.catalog.publishing import move_ref
from hub.catalog.publishing import publish as make_visible
from hub.catalog.recording import record_repo, record_revision
from hub.index.held import note_held
from hub.names import RepoId, RepoKind
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import RepoInfo, TreeDirectory, TreeFile
from tests.fakes import FakeRepo, RepoFile, describe
from tests.fakes.content import Commit
from tests.fakes.routes import Query

IN_ONE_PIECE = 32 << 20


def an_upstream(family: str = "huggingface") -> Upstream:
    """The first upstream of that kind, or one that leads nowhere."""
    found = Upstream.objects.filter(kind=family).first()
    return found or Upstream.objects.create(slug=family, kind=family, url="http://127.0.0.1:9")


def publish(
    repo: FakeRepo, left_out: Collection[str] = (), only: Collection[str] = (), family: str = "huggingface"
) -> Repo:
    """Every branch, tag, convert and pull request of `repo` (or those named in `only`), published. Files in
    `left_out` stay in the trees without their bytes. `family` is the kind of hub that it comes from: ModelScope calls
    the branch `main` its `master`, and tells other things about a file."""
    upstream = an_upstream(family)
    row: Repo | None = None
    for kind, name, commit in refs_of(repo):
        if only and name not in only:
            continue
        revision = publish_commit(repo, commit, upstream, left_out)
        move_ref(revision, kind, "master" if family == "modelscope" and name == "main" else name)
        row = revision.repo
    assert row is not None, "there is nothing to publish"
    for alias in repo.aliases:
        RepoAlias.objects.get_or_create(repo=row, kind=row.kind, key=alias.lower())
    row.refresh_from_db()
    note_held(row)
    return row


def publish_commit(
    repo: FakeRepo, commit: Commit, upstream: Upstream | None = None, left_out: Collection[str] = ()
) -> Revision:
    """One commit, which no name leads to yet."""
    upstream = upstream or an_upstream()
    of_modelscope = upstream.kind == "modelscope"
    info = info_of(repo, commit)
    if of_modelscope:
        info = replace(info, default_ref="master", raw={"Id": 7, "Path": repo.namespace, "Name": info.repo_id.name})
    row = record_repo(upstream, info, RepoId.parse(repo.id))
    held = {path: file for path, file in commit.files.items() if path not in left_out}
    revision = record_revision(
        row,
        info,
        [(modelscope_file if of_modelscope else tree_file)(path, commit.files[path]) for path in sorted(commit.files)],
        [TreeDirectory(path, "" if of_modelscope else oid) for path, oid in sorted(commit.directories.items()) if path],
        [history_entry(one) for one in commit.history],
        frozenset(held),
    )
    keep(list(held.values()))
    for path, file in held.items():
        revision.files.filter(path=path).update(blob=Blob.objects.get(sha256=file.source.sha256))
    make_visible(revision)
    return revision


def refs_of(repo: FakeRepo) -> list[tuple[str, str, Commit]]:
    """(kind, name as people write it, commit)"""
    return [
        *((Ref.Kind.BRANCH.value, name, commit) for name, commit in repo.branches.items()),
        *((Ref.Kind.TAG.value, name, commit) for name, commit in repo.tags.items()),
        *((Ref.Kind.CONVERT.value, f"refs/convert/{name}", commit) for name, commit in repo.converts.items()),
        *((Ref.Kind.PR.value, f"refs/pr/{number}", commit) for number, commit in repo.pull_requests.items()),
    ]


def info_of(repo: FakeRepo, commit: Commit) -> RepoInfo:
    raw = describe.details(repo, commit, Query(""))
    raw.pop("siblings", None)
    return RepoInfo(
        kind=RepoKind(repo.kind),
        repo_id=RepoId.parse(repo.id),
        commit=commit.oid,
        licence=str(repo.card.get("license", "")),
        gated=repo.gated or "",
        tags=tuple(describe.tags_of(repo)),
        pipeline_tag=str(repo.card.get("pipeline_tag", "")),
        library_name=str(repo.card.get("library_name", "")),
        created_at=repo.created,
        last_modified=repo.head.date,
        downloads=repo.downloads,
        likes=repo.likes,
        raw=raw,
    )


def tree_file(path: str, file: RepoFile) -> TreeFile:
    if not file.lfs:
        return TreeFile(path, file.size, file.oid)
    return TreeFile(path, file.size, file.oid, file.source.sha256, len(file.pointer))


def modelscope_file(path: str, file: RepoFile) -> TreeFile:
    """What ModelScope tells: the sha256 of every file, and no object id of what lies in git itself."""
    pointer = (file.oid, file.source.sha256, len(file.pointer)) if file.lfs else ("", file.source.sha256, None)
    return TreeFile(path, file.size, *pointer)


def history_entry(commit: Commit) -> dict[str, object]:
    title, _, message = commit.message.partition("\n")
    return {
        "id": commit.oid,
        "title": title,
        "message": message,
        "date": commit.date.isoformat(),
        "authors": [commit.author],
    }


def keep(files: list[RepoFile]) -> None:
    """Bytes first, rows second."""
    small = {f.source.sha256: f.source.read(0, f.size) for f in files if f.size <= IN_ONE_PIECE}
    store().put(small)
    for file in files:
        if file.size > IN_ONE_PIECE:
            upload(file)
    rows = {f.source.sha256: Blob(sha256=f.source.sha256, size=f.size, git_oid=f.source.blob_oid) for f in files}
    Blob.objects.bulk_create(rows.values(), ignore_conflicts=True)


def upload(file: RepoFile) -> None:
    upload = store().upload(f"sha256:{file.source.sha256}", file.size)
    try:
        for number, start in enumerate(range(0, file.size, upload.part_size)):
            upload.write(start, file.source.read(start, min(upload.part_size, file.size - start)))
            upload.seal(number)
        upload.finish(file.source.sha256)
    finally:
        upload.close()
