"""A page waits for an upstream as long as a person would."""

import socket
import time
from collections.abc import Iterator

import pytest

from hub.errors import UpstreamUnreachable
from hub.names import RepoId, RepoKind
from hub.upstreams.models import Upstream
from hub.upstreams.patience import patience, patience_left
from hub.upstreams.registry import client_for

TINY = RepoId.parse("acme/tiny")


@pytest.fixture
def silent() -> Iterator[Upstream]:
    """An upstream that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield Upstream(slug="silent", kind="huggingface", url=f"http://127.0.0.1:{listening.getsockname()[1]}")


def test_nobody_is_in_a_hurry_by_itself() -> None:
    assert patience_left() is None
    with patience(5):
        assert 0 < (patience_left() or 0) <= 5
    assert patience_left() is None


def test_what_takes_longer_is_given_up(silent: Upstream) -> None:
    began = time.monotonic()
    with patience(0.2), pytest.raises(UpstreamUnreachable, match="answer"):
        client_for(silent).info(RepoKind.MODEL, TINY, "")
    # It would be thirty seconds otherwise, and as many again.
    assert time.monotonic() - began < 20


def test_when_it_is_over_nothing_is_asked(silent: Upstream) -> None:
    with patience(0), pytest.raises(UpstreamUnreachable, match="longer to answer than a page can wait"):
        client_for(silent).info(RepoKind.MODEL, TINY, "")
