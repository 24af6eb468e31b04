"""A write that is sent twice under one Idempotency-Key is done once."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hub.accounts.models import AccessToken
from hub.api.models import KeptAnswer
from hub.mirroring.models import Comment, Request
from hub.upstreams.models import Upstream
from tests import people
from tests.api.conftest import ROOT, Write, refused

pytestmark = pytest.mark.django_db

WISH = {"repo_id": "acme/tiny"}


@pytest.fixture
def hub() -> Upstream:
    return people.upstream()


def test_the_second_time_the_first_answer_comes_again(hub: Upstream, post: Write) -> None:
    first = post("requests/", WISH, Idempotency_Key="one")
    Request.objects.update(state="published")
    again = post("requests/", WISH, Idempotency_Key="one")
    assert (again.status_code, again.json(), again["Location"]) == (201, first.json(), first["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert not first.has_header("Idempotent-Replayed")
    assert Request.objects.get().askers.get().times == 1


def test_spaces_and_the_order_of_keys_make_no_other_body(hub: Upstream, client: Client) -> None:
    for body in ('{"repo_id": "acme/tiny", "ref": "main"}', '{"ref":"main","repo_id":"acme/tiny"}'):
        answer = client.post(
            f"{ROOT}/requests/", body, content_type="application/json", headers={"Idempotency-Key": "one"}
        )
        assert answer.status_code == 201
    assert KeptAnswer.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(hub: Upstream, post: Write) -> None:
    post("requests/", WISH, Idempotency_Key="one")
    refused(post("requests/", {"repo_id": "acme/other"}, Idempotency_Key="one"), 422, "KeyReused")
    assert Request.objects.count() == 1


def test_the_key_of_another_address_is_another_write(hub: Upstream, post: Write, client: Client) -> None:
    client.force_login(people.person("adam"))
    pk = post("requests/", WISH, Idempotency_Key="one").json()["id"]
    refused(post(f"requests/{pk}/cancel/", {}, Idempotency_Key="one"), 422, "KeyReused")


def test_keys_of_two_people_have_nothing_to_do_with_each_other(hub: Upstream, post: Write, client: Client) -> None:
    post("requests/", WISH, Idempotency_Key="one")
    client.force_login(people.person("nina"))
    assert post("requests/", {"repo_id": "acme/other"}, Idempotency_Key="one").status_code == 201


def test_a_refusal_is_not_kept(hub: Upstream, post: Write) -> None:
    refused(post("requests/", {"repo_id": "../x"}, Idempotency_Key="one"), 400, "BadName")
    assert not KeptAnswer.objects.exists()
    assert post("requests/", WISH, Idempotency_Key="one").status_code == 201


def test_while_it_is_being_done_a_second_one_is_told_to_wait(hub: Upstream, post: Write) -> None:
    post("requests/", WISH, Idempotency_Key="one")
    KeptAnswer.objects.update(status=None)
    answer = post("requests/", WISH, Idempotency_Key="one")
    refused(answer, 409, "KeyInUse")
    assert answer["Retry-After"] == "1"


def test_what_a_dead_process_left_behind_is_taken_over(hub: Upstream, post: Write) -> None:
    post("requests/", WISH, Idempotency_Key="one")
    KeptAnswer.objects.update(status=None, begun_at=timezone.now() - timedelta(minutes=6))
    assert post("requests/", WISH, Idempotency_Key="one").status_code == 200
    assert KeptAnswer.objects.get().status == 200


def test_after_a_day_the_key_is_free_again(hub: Upstream, post: Write) -> None:
    post("requests/", WISH, Idempotency_Key="one")
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert post("requests/", {"repo_id": "acme/other"}, Idempotency_Key="one").status_code == 201


@pytest.mark.parametrize("key", ["with space", "x" * 201, "é"])
def test_a_key_that_makes_no_sense_is_refused(hub: Upstream, post: Write, key: str) -> None:
    refused(post("requests/", WISH, Idempotency_Key=key), 400, "BadInput")


def test_the_text_of_a_new_token_lies_nowhere_in_clear(post: Write, client: Client) -> None:
    client.force_login(people.person("nina"))
    first = post("tokens/", {"name": "laptop"}, Idempotency_Key="one").json()
    assert first["token"] not in str(KeptAnswer.objects.values_list())
    assert post("tokens/", {"name": "laptop"}, Idempotency_Key="one").json()["token"] == first["token"]
    assert AccessToken.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_writes_at_once_under_one_key_one_is_done(bearer: Any) -> None:
    header, row = bearer("adam"), people.request()
    barrier, codes = Barrier(6), []

    def write() -> None:
        barrier.wait()
        answer = Client().post(
            f"{ROOT}/requests/{row.pk}/comments/",
            {"text": "hello"},
            content_type="application/json",
            headers={**header, "Idempotency-Key": "one"},
        )
        codes.append(answer.status_code)
        connection.close()

    threads = [Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Comment.objects.count() == 1
    assert set(codes) <= {201, 409}
    assert 201 in codes
