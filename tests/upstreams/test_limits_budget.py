"""The budget of requests that an upstream tells, against a hub out there that enforces it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.counters import counters
from hub.errors import UpstreamBudgetSpent, UpstreamRateLimited
from hub.names import RepoKind
from hub.upstreams.budget import Budgets, account_key, budget_name, bulk
from hub.upstreams.huggingface.addresses import Addresses
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.waiting import told_budget
from tests.fakes import FakeHub, world
from tests.upstreams.conftest import TINY, client_of

RECORDED = Path(__file__).parents[1] / "fakes" / "recorded"


class Waited(Exception):
    pass


def never(seconds: float) -> None:
    raise Waited(seconds)


@pytest.fixture
def strict() -> Iterator[FakeHub]:
    """Twenty questions in fifty minutes, and no more."""
    with FakeHub([world.tiny()], enforce_limits=True, quotas={"api": (20, 20)}, window=3000) as hub:
        yield hub


def ask(client: HuggingFaceClient) -> None:
    client.refs(RepoKind.MODEL, TINY)


def ask_until_held_back(client: HuggingFaceClient, most: int = 50) -> int:
    for count in range(most):
        try:
            ask(client)
        except (UpstreamBudgetSpent, Waited):
            return count
    return most


def test_an_answer_tells_the_budget() -> None:
    headers = {"ratelimit": '"resolvers";r=2922;t=8', "ratelimit-policy": '"fixed window";"resolvers";q=3000;w=300'}
    seen = told_budget(headers)
    assert (seen.left, seen.seconds, seen.quota, seen.window) == (2922, 8, 3000, 300)
    assert told_budget({}).left == -1


def test_people_may_use_the_budget_up_and_upstream_never_has_to_refuse(strict: FakeHub) -> None:
    assert ask_until_held_back(client_of(strict)) == 20
    assert strict.limits.refused == 0


def test_work_that_can_wait_leaves_a_share_for_people(strict: FakeHub) -> None:
    client = client_of(strict)
    with bulk(never):
        held_back_after = ask_until_held_back(client)
    assert 10 <= held_back_after <= 18
    ask(client)
    assert strict.limits.refused == 0


def test_two_clients_of_one_account_share_one_budget(strict: FakeHub) -> None:
    one, other = client_of(strict), client_of(strict)
    for _ in range(10):
        ask(one)
        ask(other)
    with pytest.raises(UpstreamBudgetSpent) as caught:
        ask(other)
    assert caught.value.retry_after
    assert caught.value.retry_after > 5
    assert strict.limits.refused == 0


def test_a_refusal_holds_everybody_back_until_its_time(out_there: FakeHub) -> None:
    out_there.faults.add("status", status=429, retry_after=120)
    with pytest.raises(UpstreamRateLimited):
        ask(client_of(out_there))
    asked = len(out_there.requests)
    with pytest.raises(UpstreamBudgetSpent, match="api"):
        ask(client_of(out_there))
    assert len(out_there.requests) == asked


def test_a_refusal_in_one_bucket_leaves_the_others_open(out_there: FakeHub) -> None:
    out_there.faults.add("status", status=429, retry_after=120, path="/resolve/", times=None)
    client = client_of(out_there)
    commit = client.info(RepoKind.MODEL, TINY, "main").commit
    with pytest.raises(UpstreamRateLimited):
        client.open(RepoKind.MODEL, TINY, commit, "config.json", 1)
    ask(client)


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        ("/api/models/org/name", "api"),
        ("/api/resolve-cache/models/org/name/x/y", "resolvers"),
        ("/org/name/resolve/main/api/x", "resolvers"),
        ("/datasets/org/name/resolve/main/x?download=true", "resolvers"),
        ("/org/name", "pages"),
    ],
)
@pytest.mark.parametrize("endpoint", ["https://hub.example", "https://hub.example/hf"])
def test_every_address_has_its_bucket(path: str, bucket: str, endpoint: str) -> None:
    assert Addresses(endpoint).bucket(endpoint + path) == bucket


def test_a_busy_worker_takes_several_at_a_time_and_none_is_spent_twice(out_there: FakeHub) -> None:
    key = account_key("https://hub.example", "")
    budgets = Budgets("hub", key, lambda url: "api")
    quota = {"ratelimit": '"api";r=1000;t=300', "ratelimit-policy": '"fixed window";"api";q=1000;w=300'}
    budgets.after("https://hub.example/api/x", 200, quota)
    with bulk(never):
        for _ in range(200):
            budgets.before("https://hub.example/api/x")
    left = counters().budget(budget_name(key, "api")).left
    assert 1000 - 200 - 16 <= left <= 1000 - 200


def recorded_budgets() -> Iterator[tuple[str, dict[str, str]]]:
    """The headers of every recorded answer that tells a budget, by the name of its file."""
    for path in sorted(RECORDED.glob("*.json")):
        told = json.loads(path.read_text()).get("response_headers") or {}
        headers = {name.lower(): values[0] if isinstance(values, list) else values for name, values in told.items()}
        if "ratelimit" in headers:
            yield path.stem, headers


BUDGETS = dict(recorded_budgets())


@pytest.mark.parametrize("name", BUDGETS)
def test_every_recorded_budget_is_understood(name: str) -> None:
    seen = told_budget(BUDGETS[name])
    assert 0 <= seen.left <= seen.quota
    assert 0 <= seen.seconds <= seen.window == 300
