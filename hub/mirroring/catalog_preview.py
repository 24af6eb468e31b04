"""What asking for the entries of a catalog would mean: upstream is asked, the rules are tried, nothing is written."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from hub.errors import HubError, UpstreamGated
from hub.mirroring.catalog_files import Entry
from hub.mirroring.models import Request
from hub.mirroring.quota import bytes_to_fetch, room_now
from hub.mirroring.survey import Survey, facts_for_people, facts_for_policy, survey
from hub.mirroring.wishes import Wish
from hub.policy.models import Rule
from hub.policy.verdicts import Facts, Verdict, decide
from hub.upstreams.protocol import RepoInfo
from hub.upstreams.registry import client_for

AT_ONCE = 4
"""Entries that upstreams are asked about at the same time."""


@dataclass(frozen=True)
class Found:
    """What upstream said about an entry. `sizes` are those of the wanted files by digest, `files` counts them; where
    `error` is set, little or nothing else is known."""

    commit: str = ""
    licence: str = ""
    gated: str = ""
    files: int = 0
    bytes: int = 0
    runs_code: bool = False
    sizes: dict[str, int] = field(default_factory=dict, repr=False)
    facts: Facts | None = None
    error: HubError | None = None


@dataclass(frozen=True)
class Preview:
    """`to_fetch` are the bytes that are neither here nor on their way; `request` is the one that exists already."""

    entry: Entry
    found: Found
    to_fetch: int = 0
    verdict: Verdict | None = None
    request: Request | None = None


@dataclass(frozen=True)
class Totals:
    """Of all entries together. Bytes that several of them share count once in `unique` and `to_fetch`; `room` is None
    where nothing bounds the store."""

    files: int
    bytes: int
    unique: int
    to_fetch: int
    room: int | None


def preview(entries: Iterable[Entry]) -> Iterator[Preview]:
    """In the entries' order. What goes wrong with one of them is its preview's `found.error`."""
    entries, rules = list(entries), list(Rule.objects.filter(enabled=True))
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="preview") as pool:
        try:
            for entry, found in zip(entries, pool.map(_found, [entry.wish for entry in entries]), strict=True):
                yield _previewed(entry, found, rules)
        finally:
            # Whoever stops half-way does not wait for the rest.
            pool.shutdown(cancel_futures=True)


def _previewed(entry: Entry, found: Found, rules: list[Rule]) -> Preview:
    return Preview(
        entry,
        found,
        bytes_to_fetch(found.sizes),
        decide(found.facts, rules) if found.facts else None,
        Request.objects.filter(**entry.wish.identity).first(),
    )


def totals(previews: Iterable[Preview]) -> Totals:
    found = [one.found for one in previews]
    sizes: dict[str, int] = {}
    for one in found:
        sizes |= one.sizes
    return Totals(
        files=sum(one.files for one in found),
        bytes=sum(one.bytes for one in found),
        unique=sum(sizes.values()),
        to_fetch=bytes_to_fetch(sizes),
        room=room_now().left,
    )


def _found(wish: Wish) -> Found:
    # A row that is never saved: a survey is made for a request, and this is the one that the wish would become.
    request = Request(upstream=wish.upstream, kind=wish.kind.value, repo_id=str(wish.repo_id), ref=wish.ref)
    try:
        return _told(request, wish, survey(request))
    except UpstreamGated as error:
        return _gated(wish, error)
    except HubError as error:
        return Found(error=error)


def _told(request: Request, wish: Wish, seen: Survey) -> Found:
    told, wanted = facts_for_people(seen, wish.patterns), seen.wanted(wish.patterns)
    return Found(
        commit=seen.info.commit,
        licence=seen.info.licence,
        gated=seen.info.gated,
        files=told["files"],
        bytes=told["bytes"],
        runs_code=bool(told["has_code"] or told["has_pickles"]),
        sizes={str(file.digest): file.size for file in wanted},
        facts=facts_for_policy(request, seen, wish.patterns),
    )


def _gated(wish: Wish, error: UpstreamGated) -> Found:
    """The files are hidden from us; what the repo says of itself may not be."""
    try:
        info: RepoInfo = client_for(wish.upstream).info(wish.kind, wish.repo_id, wish.ref)
    except HubError:
        return Found(gated="yes", error=error)
    return Found(commit=info.commit, licence=info.licence, gated=info.gated or "yes", error=error)
