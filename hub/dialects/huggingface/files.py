"""`/{id}/resolve/{revision}/{path}` and `/{id}/raw/…`: the bytes, and what git keeps of them."""

from functools import lru_cache, partial

from django.http import HttpResponse, HttpResponseBase

from hub.catalog import pulls
from hub.catalog.shelves import HeldFile, Pin, Shelf, file_of, pin_of, shelf_of
from hub.dialects.answers import redirect
from hub.dialects.deliver import deliver
from hub.dialects.files import SANDBOX, TEXT, cache_rule, content_type, disposition
from hub.dialects.huggingface.addresses import Address, split_revision
from hub.dialects.huggingface.asked import Asked
from hub.dialects.huggingface.misses import bring, canonical, held
from hub.dialects.misses import brought
from hub.dialects.naming import check_revision, checked_path, repo_id_of
from hub.dialects.ranges import Window, is_unchanged
from hub.digests import git_blob_id, lfs_pointer
from hub.errors import RepoMissing
from hub.names import RepoId

_MARKING = (1, 32)
"""huggingface_hub sends X-HF-Download-Counter with every call of a download since this version."""


def answer_file(asked: Asked, address: Address) -> HttpResponseBase:
    """A file of a held revision; what is not held is brought in first."""
    repo_id = repo_id_of(address.repo)
    names = ()
    shelf = _shelf_or_none(address, repo_id)
    revision, path = split_revision(address.rest, shelf.names if shelf else names)
    check_revision(revision)
    shelf, pin = held(asked, address.kind, repo_id, revision, lambda: _found(address, repo_id, revision))
    if elsewhere := canonical(asked, address, shelf.repo_id):
        return redirect(elsewhere)
    file = file_of(pin, checked_path(path, pin.commit))
    if address.verb == "raw" and file.sha256:
        return _pointer(asked, file, revision)
    if not file.blob:
        file = brought(shelf, pin, file, revision, partial(bring, asked, address.kind, shelf.repo_id))
    return _delivered(asked, shelf, file, revision, address.verb)


def _shelf_or_none(address: Address, repo_id: RepoId) -> Shelf | None:
    try:
        return shelf_of(address.kind, repo_id)
    except RepoMissing:
        return None


def _found(address: Address, repo_id: RepoId, revision: str) -> tuple[Shelf, Pin]:
    shelf = shelf_of(address.kind, repo_id)
    return shelf, pin_of(shelf, revision)


def _delivered(asked: Asked, shelf: Shelf, file: HeldFile, revision: str, verb: str) -> HttpResponseBase:
    headers = {
        "X-Repo-Commit": file.commit,
        "Cache-Control": cache_rule(revision),
        "Content-Security-Policy": SANDBOX,
        **_headers_of_path(file.path, bool(file.sha256), verb),
    }
    if file.sha256:
        headers["X-Linked-Etag"] = f'"{file.sha256}"'
        headers["X-Linked-Size"] = str(file.size)
    answer, window = deliver(asked.request, file.blob, file.size, file.etag, headers)
    if window is not None:
        _count(asked, shelf, file, window)
    return answer


@lru_cache(maxsize=8192)
def _headers_of_path(path: str, is_lfs: bool, verb: str) -> dict[str, str]:
    return {
        "Content-Type": TEXT if verb == "raw" else content_type(path, is_lfs),
        "Content-Disposition": disposition(path),
    }


def _pointer(asked: Asked, file: HeldFile, revision: str) -> HttpResponse:
    data = lfs_pointer(file.sha256, file.size)
    # Pointers of old git-lfs versions have more lines; the ETag is of what is sent here, whatever upstream keeps.
    oid = git_blob_id(data)
    unchanged = is_unchanged(asked.request.META.get("HTTP_IF_NONE_MATCH", ""), oid)
    return HttpResponse(
        b"" if unchanged else data,
        status=304 if unchanged else 200,
        headers={
            "X-Repo-Commit": file.commit,
            "ETag": f'"{oid}"',
            "Content-Type": TEXT,
            "Content-Length": str(len(data)),
            "Content-Disposition": disposition(file.path),
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": cache_rule(revision),
        },
    )


def _count(asked: Asked, shelf: Shelf, file: HeldFile, window: Window) -> None:
    """Clients that mark their downloads are believed. For others, a GET from the first byte on is a download, unless
    it reads that byte alone to learn the size, as Rust and JavaScript do."""
    marked = "HTTP_X_HF_DOWNLOAD_COUNTER" in asked.request.META
    marks = (asked.hub_version or (0, 0)) >= _MARKING
    is_download = not window.start and (marked or not marks) and (window.length > 1 or window.length == file.size)
    pulls.count(shelf.repo_pk, asked.caller.label, file.commit, files=int(is_download), size=window.length)
