"""The tree of a commit: every page, and nothing in it that is taken on trust."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

from hub.errors import BadName, UpstreamBroken, UpstreamGated
from hub.upstreams.asking import Asker
from hub.upstreams.listing import Seen, path_in, size_in
from hub.upstreams.protocol import TreeDirectory, TreeFile
from hub.upstreams.question import Question

FIRST_PAGE = "recursive=true&expand=false&limit=1000"

_OID = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MASKED = re.compile(r"\*+")


def read_tree(asker: Asker, url: str, question: Question) -> Iterator[TreeFile | TreeDirectory]:
    """Page by page. Raises UpstreamGated for masked digests, UpstreamBroken for entries that cannot be true."""
    seen = Seen(question)
    query = FIRST_PAGE
    while query:
        told = asker.ask(f"{url}?{query}", question)
        if not isinstance(told.data, list):
            raise UpstreamBroken(f"{question.name} gave no list of the files of {question.what}")
        for entry in told.data:
            found = parse_entry(entry, question)
            if found is not None:
                seen.note(found.path)
                yield found
        query = next_query(told.link, query, question)


def next_query(link: str, last: str, question: Question) -> str:
    """The query of the next page, "" at the end.

    Only the query of the link is used, on the address that we asked anyway: mirrors pass on links to the hub they
    mirror, and hubs behind a proxy do not know their own name.
    """
    target = httpx2.Response(200, headers={"link": link.encode("ascii", "replace").decode()}).links.get("next", {})
    if not target.get("url"):
        return ""
    query = urlencode(parse_qsl(urlsplit(target["url"]).query, keep_blank_values=True))
    if not query or query == last:
        raise UpstreamBroken(f"{question.name} names a next page of {question.what} that leads nowhere")
    return query


def parse_entry(entry: Any, question: Question) -> TreeFile | TreeDirectory | None:
    """None for what is neither a file nor a directory: git submodules have no content here."""
    try:
        if entry["type"] == "directory":
            return TreeDirectory(path_in(entry["path"]), _matching(_OID, entry["oid"]))
        return _file(entry) if entry["type"] == "file" else None
    except _Masked:
        sentence = f"{question.name} hides the digests of {question.what}: it is gated"
        raise UpstreamGated(sentence, question.how_to_enter) from None
    except (TypeError, KeyError, ValueError, UnicodeError, BadName) as error:
        why = error.sentence if isinstance(error, BadName) else str(error)
        raise UpstreamBroken(f"{question.name} lists a file of {question.what} that cannot be: {why}") from None


class _Masked(Exception):
    """A digest that is written as stars, for those who may not read the file."""


def _file(entry: dict[str, Any]) -> TreeFile:
    path, size, oid = path_in(entry["path"]), size_in(entry["size"]), _matching(_OID, entry["oid"])
    lfs = entry.get("lfs")
    if not lfs:
        return TreeFile(path, size, oid)
    if size_in(lfs["size"]) != size:
        raise ValueError(f"{path!r} has two sizes")
    pointer = lfs.get("pointerSize")
    return TreeFile(path, size, oid, _matching(_SHA256, lfs["oid"]), None if pointer is None else size_in(pointer))


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a digest is not a text")
    if _MASKED.fullmatch(value):
        raise _Masked
    if not pattern.fullmatch(value):
        raise ValueError(f"{value[:80]!r} is not a digest")
    return value
