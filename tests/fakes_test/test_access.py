"""Who may see what: gated, private, disabled and missing repositories."""

from __future__ import annotations

from tests.fakes import FakeHub, FakeRepo, User, world
from tests.fakes.describe import MASK

from .asking import ask

CONFIG = f"/{world.GATED}/resolve/main/config.json"
TREE = f"/api/models/{world.GATED}/tree/main"


def test_a_gated_file_is_refused_to_strangers_and_outsiders_and_given_to_members(
    hub: FakeHub, member: User, outsider: User
) -> None:
    answers = [ask(hub.url + CONFIG, user=user) for user in (None, outsider, member)]
    assert [answer.status for answer in answers] == [401, 403, 200]
    assert [answer["X-Error-Code"] for answer in answers] == ["GatedRepo", "GatedRepo", ""]


def test_readme_and_licence_of_a_gated_repository_are_open_at_its_root_only(hub: FakeHub) -> None:
    for name, status in (("README.md", 200), ("LICENSE", 200), ("readme.md", 401), ("original/README.md", 401)):
        assert ask(f"{hub.url}/{world.GATED}/resolve/main/{name}").status == status
    assert ask(f"{hub.url}/{world.GATED}/raw/main/README.md").status == 401


def test_the_tree_of_a_gated_repository_hides_its_digests_from_those_without_access(
    hub: FakeHub, member: User, outsider: User
) -> None:
    for user, hidden in ((None, True), (outsider, True), (member, False)):
        entry = next(entry for entry in ask(hub.url + TREE, user=user).json if "lfs" in entry)
        assert (entry["lfs"]["oid"] == MASK, entry["xetHash"] == MASK) == (hidden, hidden)


def test_a_missing_repository_is_a_401_for_strangers_and_a_404_for_users(hub: FakeHub, outsider: User) -> None:
    for path in ("/api/models/acme/none", "/acme/none/resolve/main/config.json"):
        stranger, user = ask(hub.url + path), ask(hub.url + path, user=outsider)
        assert (stranger.status, stranger["X-Error-Code"]) == (401, "")
        assert (user.status, user["X-Error-Code"]) == (404, "RepoNotFound")


def test_a_private_repository_looks_like_a_missing_one(hub: FakeHub, member: User, outsider: User) -> None:
    path = f"/api/models/{world.PRIVATE}"
    missing = ask(f"{hub.url}/api/models/acme/none")
    assert ask(hub.url + path).body == missing.body
    assert [ask(hub.url + path, user=user).status for user in (None, outsider, member)] == [401, 404, 200]


def test_a_disabled_repository_tells_about_itself_but_gives_no_file(hub: FakeHub) -> None:
    hub.add(FakeRepo("acme/taken-down", {"config.json": "{}"}, disabled=True))
    assert ask(f"{hub.url}/api/models/acme/taken-down").json["disabled"] is True
    answer = ask(f"{hub.url}/acme/taken-down/resolve/main/config.json")
    assert (answer.status, answer["X-Error-Message"]) == (403, "Access to this resource is disabled.")


def test_an_unknown_token_reads_what_is_public_unless_the_hub_is_told_to_refuse_it(hub: FakeHub) -> None:
    nobody = User("nobody", "hf_nobody")
    path = f"/api/models/{world.TINY}"
    assert ask(hub.url + path, user=nobody).status == 200
    assert ask(f"{hub.url}/api/whoami-v2", user=nobody).status == 401
    hub.gate.reject_bad_tokens = True
    answer = ask(hub.url + path, user=nobody)
    assert (answer.status, answer["X-Error-Message"]) == (401, "Invalid credentials in Authorization header")


def test_the_hub_tells_a_user_who_they_are(hub: FakeHub, member: User) -> None:
    assert ask(f"{hub.url}/api/whoami-v2", user=member).json["name"] == world.MEMBER


def test_a_token_has_the_form_that_clients_insist_on(member: User) -> None:
    assert member.token.startswith("hf_")
    assert len(member.token) == 37
    assert member.token.removeprefix("hf_").isalnum()
