"""What the rules do not let in by themselves: the developer is told where to follow it, an admin decides."""

from __future__ import annotations

import re
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import token_of, world

from .browser import Browser
from .clients import Client, Pulled, digests_of
from .origin import Origin
from .processes import until
from .running import ADMIN_PASSWORD, RunningHub
from .shelf import TO_APPROVE, TO_APPROVE_ON_A_PAGE, TO_REFUSE, WITHOUT_A_TOKEN, made


@pytest.fixture(scope="module", autouse=True)
def without_licences(origin: Origin) -> None:
    for repo in (TO_APPROVE, TO_APPROVE_ON_A_PAGE, TO_REFUSE):
        origin.control("POST", "repo", {"repo": repo, "card": {}})


def request_named_in(pulled: Pulled, hub: RunningHub) -> str:
    """The number of the request whose address stands in the terminal."""
    assert pulled.code == 1, pulled.words
    found = re.search(rf"{re.escape(hub.url)}/-/requests/(\d+)", pulled.words)
    assert found, pulled.words
    return found.group(1)


def test_a_developer_reads_that_approval_is_needed_and_after_it_the_same_command_works(
    all_clients: list[Client], hub: RunningHub, homes: Iterator[Path]
) -> None:
    numbers = set()
    for client in all_clients:
        for more in ([], ["config.json"]):
            pulled = client.download(hub.url, next(homes), TO_APPROVE, *more)
            assert f"{TO_APPROVE} needs an admin's approval here" in pulled.words, pulled.words
            numbers.add(request_named_in(pulled, hub))
    (number,) = numbers
    waiting = hub.manage("requests", "--state", "waiting").stdout
    assert TO_APPROVE in waiting
    approved = hub.manage("approve", number)
    assert approved.returncode == 0, approved.stdout
    for client in all_clients:
        pulled = client.download(hub.url, next(homes), TO_APPROVE)
        assert pulled.code == 0, pulled.words
        assert pulled.files(TO_APPROVE) == digests_of(made(TO_APPROVE).head)


def test_an_admin_sees_who_asked_for_what_approves_it_on_the_page_and_the_next_pull_works(
    newest: Client, hub: RunningHub, homes: Iterator[Path]
) -> None:
    number = request_named_in(newest.download(hub.url, next(homes), TO_APPROVE_ON_A_PAGE), hub)
    admin = Browser(hub.url)
    admin.log_in("admin", ADMIN_PASSWORD)
    page = admin.open(f"/-/admin/mirroring/request/{number}/change/")
    for fact in (TO_APPROVE_ON_A_PAGE, "not stated", ".txt", "127.0.0.1"):
        assert fact in page.words, fact
    decided = admin.submit(admin.open(page.link("Approve")), reason="the makers are known")
    assert f"{TO_APPROVE_ON_A_PAGE} was approved" in decided.words
    pulled = newest.download(hub.url, next(homes), TO_APPROVE_ON_A_PAGE)
    assert pulled.code == 0, pulled.words
    assert pulled.files(TO_APPROVE_ON_A_PAGE) == digests_of(made(TO_APPROVE_ON_A_PAGE).head)


def test_a_page_does_not_decide_for_a_stranger_or_without_the_forms_secret(
    newest: Client, hub: RunningHub, homes: Iterator[Path]
) -> None:
    number = request_named_in(newest.download(hub.url, next(homes), TO_REFUSE), hub)
    address = f"/-/admin/mirroring/request/{number}/approve"
    stranger = Browser(hub.url)
    assert "login" in stranger.open(address).url
    admin = Browser(hub.url)
    admin.log_in("admin", ADMIN_PASSWORD)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        admin.open(address, {"reason": "no token of the form"})
    assert TO_REFUSE not in hub.manage("requests", "--state", "published").stdout


def test_a_developer_reads_why_a_repo_was_refused(
    all_clients: list[Client], hub: RunningHub, homes: Iterator[Path]
) -> None:
    number = request_named_in(all_clients[-1].download(hub.url, next(homes), TO_REFUSE), hub)
    refused = hub.manage("refuse", number, "--reason", "its makers are unknown")
    assert refused.returncode == 0, refused.stdout
    for client in all_clients:
        pulled = client.download(hub.url, next(homes), TO_REFUSE)
        assert "its makers are unknown" in pulled.words
        assert request_named_in(pulled, hub) == number


def test_a_gated_repo_needs_the_hubs_own_access_and_an_approval(
    newest: Client, hub: RunningHub, strict_hub: RunningHub, homes: Iterator[Path]
) -> None:
    pulled = newest.download(hub.url, next(homes), world.GATED)
    assert "gated" in pulled.words
    request_named_in(pulled, hub)
    token = strict_hub.manage("token", "bea", "--create").stdout.split()[-1]
    pulled = newest.download(strict_hub.url, next(homes), world.GATED, HF_TOKEN=token)
    assert "needs an admin's approval here" in pulled.words
    approved = strict_hub.manage("approve", request_named_in(pulled, strict_hub))
    assert approved.returncode == 0, approved.stdout
    pulled = newest.download(strict_hub.url, next(homes), world.GATED, HF_TOKEN=token)
    assert pulled.code == 0, pulled.words
    assert pulled.files(world.GATED) == digests_of(world.gated().head)


def test_a_developers_own_token_of_another_hub_goes_nowhere(
    client: Client, hub: RunningHub, origin: Origin, homes: Iterator[Path]
) -> None:
    token = token_of(f"a developer with {client.version}")
    pulled = client.download(hub.url, next(homes), WITHOUT_A_TOKEN, HF_TOKEN=token)
    assert pulled.code == 0, pulled.words
    until("the hub has written down who asked", lambda: WITHOUT_A_TOKEN in hub.manage("requests").stdout)
    assert not any(token in entry.authorization for entry in origin.log())
    kept = [path for path in [hub.folder / "hub.log", *hub.data.rglob("*")] if path.is_file()]
    assert not any(token.encode() in path.read_bytes() for path in kept)
