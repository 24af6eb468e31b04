"""`/{id}/resolve/{revision}/{path}` and `/{id}/raw/…`: the bytes, and what git keeps of them."""

import mimetypes
import re
from functools import lru_cache
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase

from hub.catalog import pulls
from hub.catalog.shelves import HeldFile, Pin, Shelf, file_of, pin_of, shelf_of
from hub.dialects.deliver import deliver
from hub.dialects.huggingface.addresses import Address, split_revision
from hub.dialects.huggingface.answers import redirect
from hub.dialects.huggingface.asked import Asked
from hub.dialects.huggingface.misses import bring, canonical, held
from hub.dialects.ranges import Window, is_unchanged
from hub.digests import Algorithm, Digest, digest_of
from hub.errors import BadName, FileMissing, NotIncluded, RepoMissing, RevisionMissing
from hub.mirroring.repair import raise_if_damaged
from hub.names import RepoId, is_commit, parse_path, parse_revision

TEXT = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"
SANDBOX = "default-src 'none'; sandbox"
"""An uploaded page must not run on the hub's own origin."""

_SHOWN = ("image/", "audio/", "video/")
_TEXTUAL = frozenset({"application/json", "application/xml", "application/javascript", "application/x-sh"})
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
        file = _brought(asked, address, shelf, pin, file, revision)
    return _delivered(asked, shelf, file, revision, address.verb)


def repo_id_of(text: str) -> RepoId:
    """An id that no hub would take is a repo that does not exist: clients probe with folder names of their own disk."""
    try:
        return RepoId.parse(text)
    except BadName as error:
        raise RepoMissing(error.sentence, error.next_step) from error


def check_revision(revision: str) -> None:
    try:
        if revision:
            parse_revision(revision)
    except BadName as error:
        raise RevisionMissing(error.sentence, error.next_step) from error


def checked_path(path: str, commit: str) -> str:
    """A path with `..` is in no tree, so its absence may be remembered."""
    try:
        return parse_path(path)
    except BadName as error:
        raise FileMissing(error.sentence, error.next_step, commit=commit) from error


def _shelf_or_none(address: Address, repo_id: RepoId) -> Shelf | None:
    try:
        return shelf_of(address.kind, repo_id)
    except RepoMissing:
        return None


def _found(address: Address, repo_id: RepoId, revision: str) -> tuple[Shelf, Pin]:
    shelf = shelf_of(address.kind, repo_id)
    return shelf, pin_of(shelf, revision)


def _brought(asked: Asked, address: Address, shelf: Shelf, pin: Pin, file: HeldFile, revision: str) -> HeldFile:
    """The tree lists the file, but its bytes were left out of the mirror so far, or were lost."""
    raise_if_damaged(file.sha256, file.oid)
    bring(asked, address.kind, shelf.repo_id, revision, path=file.path)
    file = file_of(pin, file.path)
    if not file.blob:
        raise NotIncluded(
            f"{file.path} of {shelf.repo_id} is left out of what this hub mirrors",
            "ask an admin of this hub to mirror it too",
        )
    return file


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


def cache_rule(revision: str) -> str:
    """What a commit names never changes; a branch has to be asked for again."""
    return "max-age=31536000, immutable" if is_commit(revision) else "no-cache"


@lru_cache(maxsize=8192)
def _headers_of_path(path: str, is_lfs: bool, verb: str) -> dict[str, str]:
    return {
        "Content-Type": TEXT if verb == "raw" else content_type(path, is_lfs),
        "Content-Disposition": disposition(path),
    }


def content_type(path: str, is_lfs: bool) -> str:
    """Text of any kind is shown as plain text, so that nothing of a repo runs as a page or a script of ours."""
    guess, encoding = mimetypes.guess_type(path)
    if guess and guess.startswith(_SHOWN) and guess != "image/svg+xml" and not encoding:
        return guess
    is_text = guess is None or guess.startswith("text/") or guess in _TEXTUAL or guess == "image/svg+xml"
    return TEXT if is_text and not is_lfs and not encoding else BINARY


def disposition(path: str) -> str:
    """RFC 5987 for the real name, and one in ASCII for those who do not read it."""
    name = path.rpartition("/")[2]
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    return f"inline; filename*=UTF-8''{quote(name, safe='')}; filename=\"{plain}\";"


def pointer_text(file: HeldFile) -> bytes:
    """What git stores in place of a file in LFS."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{file.sha256}\nsize {file.size}\n".encode()


def _pointer(asked: Asked, file: HeldFile, revision: str) -> HttpResponse:
    data = pointer_text(file)
    # Pointers of old git-lfs versions have more lines; the ETag is of what is sent here, whatever upstream keeps.
    oid = digest_of([data], len(data), Digest(Algorithm.GIT, file.oid)).git_oid
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
