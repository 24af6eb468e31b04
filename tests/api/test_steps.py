"""What people do to requests through the API, and who may."""

import pytest
from django.test import Client

from hub.accounts.models import Event
from hub.mirroring.models import Asker, Comment, Request
from tests import people
from tests.api.conftest import ROOT, Write, refused

pytestmark = pytest.mark.django_db

COMMIT = "c" * 40


def test_an_approver_decides_about_the_commit_that_was_shown(post: Write, client: Client) -> None:
    row = people.request()
    client.force_login(people.person("paula"))
    told = post(f"requests/{row.pk}/decision/", {"decision": "approve", "commit": COMMIT, "reason": "fine"}).json()
    assert (told["state"], told["decision_reason"]) == ("approved", "fine")
    assert Event.objects.get(verb="request.approved").actor_name == "paula"


def test_where_upstream_has_moved_on_nothing_is_decided(post: Write, client: Client) -> None:
    row = people.request()
    client.force_login(people.person("paula"))
    refused(post(f"requests/{row.pk}/decision/", {"decision": "approve", "commit": "d" * 40}), 409, "Moved")
    row.refresh_from_db()
    assert row.state == "waiting"


def test_a_refusal_needs_a_reason(post: Write, client: Client) -> None:
    row = people.request()
    client.force_login(people.person("paula"))
    refused(post(f"requests/{row.pk}/decision/", {"decision": "refuse", "commit": COMMIT}), 400, "BadInput")
    told = post(f"requests/{row.pk}/decision/", {"decision": "refuse", "commit": COMMIT, "reason": "no"}).json()
    assert (told["state"], told["decision_reason"]) == ("refused", "no")


def test_what_is_decided_cannot_be_decided_again(post: Write, client: Client) -> None:
    row = people.request(state="published")
    client.force_login(people.person("paula"))
    refused(post(f"requests/{row.pk}/decision/", {"decision": "approve", "commit": COMMIT}), 409, "WrongState")


def test_an_operator_steers(post: Write, client: Client) -> None:
    row = people.request()
    client.force_login(people.person("oscar"))
    for step, body, column, value in (
        ("pause", {"reason": "later"}, "paused", True),
        ("resume", {}, "paused", False),
        ("priority", {"priority": 10}, "priority", 10),
        ("cancel", {}, "state", "cancelled"),
        ("retry", {}, "state", "new"),
    ):
        told = post(f"requests/{row.pk}/{step}/", body).json()
        assert told[column] == value, (step, told)
    refused(post(f"requests/{row.pk}/retry/"), 409, "WrongState")
    refused(post(f"requests/{row.pk}/priority/", {"priority": 99}), 400, "BadInput")


STEPS = {
    "decision": {"decision": "approve", "commit": COMMIT},
    "cancel": {},
    "pause": {},
    "resume": {},
    "retry": {},
    "priority": {"priority": 10},
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("outsider", ["nobody", "nina", "vera", "stan"])
def test_nobody_else_decides_or_steers(post: Write, client: Client, step: str, outsider: str) -> None:
    row = people.request()
    before = Request.objects.values().get()
    if outsider != "nobody":
        client.force_login(people.person(outsider))
    answer = post(f"requests/{row.pk}/{step}/", STEPS[step])
    refused(answer, *((401, "TokenNeeded") if outsider == "nobody" else (403, "NotPermitted")))
    assert Request.objects.values().get() == before


def test_an_approver_does_not_steer_and_an_operator_does_not_decide(post: Write, client: Client) -> None:
    row = people.request()
    client.force_login(people.person("paula"))
    refused(post(f"requests/{row.pk}/cancel/"), 403, "NotPermitted")
    client.force_login(people.person("oscar"))
    refused(post(f"requests/{row.pk}/decision/", STEPS["decision"]), 403, "NotPermitted")


def test_a_role_has_no_effect_for_somebody_who_is_not_staff(post: Write, client: Client) -> None:
    row, paula = people.request(), people.person("paula")
    paula.is_staff = False
    paula.save()
    client.force_login(paula)
    refused(post(f"requests/{row.pk}/decision/", STEPS["decision"]), 403, "NotPermitted")


def test_whoever_asked_withdraws_and_nobody_else(post: Write, client: Client) -> None:
    row, nina = people.request(), people.person("nina")
    client.force_login(people.person("vera"))
    refused(post(f"requests/{row.pk}/withdraw/"), 403, "NotPermitted")
    Asker.objects.update(user=nina)
    client.force_login(nina)
    assert post(f"requests/{row.pk}/withdraw/").json()["state"] == "cancelled"


def test_comments_go_between_those_who_asked_and_those_who_review(post: Write, client: Client) -> None:
    row, nina = people.request(), people.person("nina")
    Asker.objects.update(user=nina)
    client.force_login(nina)
    assert post(f"requests/{row.pk}/comments/", {"text": "<b>please</b>"}).status_code == 201
    client.force_login(people.person("paula"))
    (told,) = client.get(f"{ROOT}/requests/{row.pk}/comments/").json()["results"]
    assert (told["author"], told["text"]) == ("nina", "<b>please</b>")


def test_an_outsider_neither_reads_nor_writes_comments(post: Write, client: Client) -> None:
    row = people.request()
    Comment.objects.create(request=row, author_name="adam", text="between us")
    refused(client.get(f"{ROOT}/requests/{row.pk}/comments/"), 401, "TokenNeeded")
    client.force_login(people.person("nina"))
    assert client.get(f"{ROOT}/requests/{row.pk}/comments/").json()["results"] == []
    refused(post(f"requests/{row.pk}/comments/", {"text": "me too"}), 403, "NotPermitted")
    assert "between us" not in client.get(f"{ROOT}/requests/{row.pk}/").content.decode()


def test_a_step_of_a_request_that_is_not_there(post: Write, client: Client) -> None:
    client.force_login(people.person("adam"))
    for step, body in STEPS.items():
        refused(post(f"requests/999/{step}/", body), 404, "Missing")
