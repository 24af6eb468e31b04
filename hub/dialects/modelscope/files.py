"""`/repo?Revision=&FilePath=` and the `/resolve/` addresses: the bytes of one file."""

from contextlib import suppress
from functools import lru_cache, partial
from urllib.parse import unquote

from django.http import HttpResponse, HttpResponseBase

from hub.catalog import pulls
from hub.catalog.shelves import HeldFile, Pin, Shelf, file_of
from hub.dialects.deliver import deliver
from hub.dialects.files import SANDBOX, cache_rule, content_type, disposition
from hub.dialects.misses import brought
from hub.dialects.modelscope.asked import Asked
from hub.dialects.modelscope.misses import bring
from hub.dialects.naming import checked_path
from hub.dialects.ranges import Window
from hub.errors import BadInput, FileMissing


def file_asked_for(asked: Asked, pin: Pin, spellings: list[str]) -> HeldFile:
    """The file under the first spelling that the tree has. Raises FileMissing."""
    first, *others = spellings
    if not first:
        raise BadInput("no file is named", "say which one: ?FilePath=config.json")
    try:
        return file_of(pin, checked_path(first, pin.commit))
    except FileMissing:
        for path in others:
            with suppress(FileMissing):
                return file_of(pin, checked_path(path, pin.commit))
        raise


def answer_file(asked: Asked, shelf: Shelf, pin: Pin, revision: str, file: HeldFile) -> HttpResponseBase:
    if not file.blob:
        file = brought(shelf, pin, file, revision, partial(bring, asked, shelf.kind, shelf.repo_id))
    headers = {
        "X-Repo-Commit": file.commit,
        "X-Linked-Etag": f'"{file.blob}"',
        "X-Linked-Size": str(file.size),
        "Cache-Control": cache_rule(revision),
        "Content-Security-Policy": SANDBOX,
        **_headers_of_path(file.path, bool(file.oid and file.sha256)),
    }
    if not file.size:
        # Clients of 1.9 ask for `bytes=0-` of an empty file too, and never come to terms with a 416.
        answer, window = _empty(file, headers), None if asked.method == "HEAD" else Window(0, 0, partial=False)
    else:
        answer, window = deliver(asked.request, file.blob, file.size, file.etag, headers)
    if window is not None:
        _count(asked, shelf, file, window)
    return answer


def resolved_path(rest: tuple[str, ...]) -> list[str]:
    return ["/".join(unquote(segment) for segment in rest)]


def _empty(file: HeldFile, headers: dict[str, str]) -> HttpResponseBase:
    own = {"ETag": f'"{file.etag}"', "Accept-Ranges": "bytes", "Content-Length": "0"}
    return HttpResponse(headers={**headers, **own})


@lru_cache(maxsize=8192)
def _headers_of_path(path: str, is_lfs: bool) -> dict[str, str]:
    return {"Content-Type": content_type(path, is_lfs), "Content-Disposition": disposition(path)}


def _count(asked: Asked, shelf: Shelf, file: HeldFile, window: Window) -> None:
    """A GET from the first byte on is a download, also the first of many parts; a look at that byte alone is none."""
    is_download = not window.start and (window.length > 1 or window.length == file.size)
    who = f"{asked.caller.label} {asked.snapshot}".strip()
    pulls.count(shelf.repo_pk, who, file.commit, files=int(is_download), size=window.length)
