"""Which client speaks to which kind of upstream. A new kind is one folder and one line in KINDS."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from hub.errors import BadInput
from hub.names import RepoId, RepoKind
from hub.sealed import unseal
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.huggingface.roll import repo_of as huggingface_repo
from hub.upstreams.models import Upstream
from hub.upstreams.modelscope.client import ModelScopeClient
from hub.upstreams.modelscope.roll import repo_of as modelscope_repo
from hub.upstreams.protocol import ListedRepo, UpstreamClient

Maker = Callable[[str, str, str, Sequence[str], int], UpstreamClient]
"""Takes the name for errors, the URL, the token in clear, HUB_UPSTREAM_HOSTS, and how many connections to keep."""


@dataclass(frozen=True)
class Kind:
    """`buckets` are the budgets of requests that such an upstream counts, `default_names` what its clients call the
    default branch, beside "" and its name. `repo_of` reads one entry of such an upstream's listing, and raises Odd."""

    maker: Maker
    buckets: tuple[str, ...]
    default_names: frozenset[str]
    repo_of: Callable[[RepoKind, Any], ListedRepo]


KINDS: dict[str, Kind] = {
    "huggingface": Kind(
        HuggingFaceClient, ("api", "resolvers", "pages"), frozenset({"main", "HEAD"}), huggingface_repo
    ),
    "modelscope": Kind(ModelScopeClient, ("api", "files"), frozenset({"master", "main"}), modelscope_repo),
}


def is_default(kind: str, name: str) -> bool:
    """Whether `name` asks an upstream of this kind for its default branch."""
    return not name or (kind in KINDS and name in KINDS[kind].default_names)


def client_for(upstream: Upstream) -> UpstreamClient:
    """The client of an upstream, the same one until its row or the settings change: it keeps connections open.

    Raises BadInput for a kind that nobody speaks, SealBroken for a token that cannot be read, UpstreamError for an
    address that makes no sense.
    """
    return _client(
        upstream.pk,
        upstream.kind,
        upstream.slug,
        upstream.url,
        upstream.sealed_token,
        tuple(settings.UPSTREAM_HOSTS),
        settings.CONNECTIONS,
    )


@lru_cache(maxsize=64)
def _client(
    pk: int | None, kind: str, name: str, url: str, sealed_token: str, hosts: tuple[str, ...], connections: int
) -> UpstreamClient:
    # The sealed token is part of the key, so that no token in clear stays in a cache's keys.
    found = KINDS.get(kind)
    if found is None:
        raise BadInput(f"upstream {name} is of the unknown kind {kind!r}", f"choose one of: {', '.join(KINDS)}")
    return found.maker(name, url, unseal(sealed_token), hosts, connections)


# Two processes must not talk on one connection.
os.register_at_fork(after_in_child=_client.cache_clear)


def parse_named_id(text: str) -> tuple[Upstream, RepoId]:
    """`huggingface:org/name`, or `org/name` of the first enabled upstream.

    Raises BadInput for an upstream that is unknown or switched off, BadName for the id.
    """
    slug, colon, rest = text.strip().rpartition(":")
    enabled = Upstream.objects.filter(enabled=True)
    upstream = (enabled.filter(slug=slug) if colon else enabled).first()
    if upstream is not None:
        return upstream, RepoId.parse(rest)
    known = ", ".join(enabled.values_list("slug", flat=True))
    if not known:
        raise BadInput("no upstream is enabled", "add one, or enable one, in the admin under Upstreams")
    raise BadInput(f"there is no upstream called {slug!r}", f"write the id as NAME:org/name with one of: {known}")
