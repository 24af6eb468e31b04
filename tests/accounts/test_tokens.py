import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hub.accounts import tokens
from hub.accounts.callers import SYSTEM
from hub.accounts.models import AccessToken, Event
from hub.errors import TokenWrong
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    tokens.forget_cached()


def bearer(text: str) -> str:
    return f"Bearer {text}"


def test_a_token_tells_whose_it_is() -> None:
    nina = person("nina")
    caller = tokens.caller_of(bearer(tokens.issue(nina, "laptop")), "10.0.0.7", "hf_hub/2.4.0")
    assert (caller.user, caller.address, caller.client) == (nina, "10.0.0.7", "hf_hub/2.4.0")
    assert caller.label == "nina"


def test_the_text_looks_like_a_hugging_face_token_and_is_never_kept() -> None:
    text = tokens.issue(person("nina"), "laptop")
    assert re.fullmatch(r"hf_[A-Za-z0-9]{40}", text)
    row = AccessToken.objects.values().get()
    assert not any(text in str(value) for value in row.values())
    assert row["prefix"] == text[:7]
    assert text[7:] not in str(list(Event.objects.values()))


def test_two_tokens_are_never_the_same() -> None:
    nina = person("nina")
    assert tokens.issue(nina, "one") != tokens.issue(nina, "two")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic bmluYTpwdw==", "Bearer hf_" + "x" * 40, "Bearer a b"])
def test_a_missing_foreign_or_unknown_token_makes_an_anonymous_caller(header: str) -> None:
    caller = tokens.caller_of(header, "10.0.0.7")
    assert caller.user is None
    assert caller.label == "anonymous at 10.0.0.7"


def test_the_word_bearer_may_be_written_in_any_case() -> None:
    text = tokens.issue(person("nina"), "laptop")
    assert tokens.caller_of(f"bearer {text}").user is not None


def test_a_revoked_token_is_refused_with_what_to_do() -> None:
    text = tokens.issue(person("nina"), "laptop")
    assert tokens.caller_of(bearer(text)).user is not None
    assert tokens.revoke(AccessToken.objects.get(), SYSTEM) is True
    with pytest.raises(TokenWrong, match="revoked") as refusal:
        tokens.caller_of(bearer(text))
    assert "HF_TOKEN" in refusal.value.next_step
    assert text not in refusal.value.words


def test_revoking_twice_says_so_and_writes_one_event() -> None:
    tokens.issue(person("nina"), "laptop")
    row = AccessToken.objects.get()
    assert [tokens.revoke(row, SYSTEM), tokens.revoke(row, SYSTEM)] == [True, False]
    assert Event.objects.filter(verb="token.revoked").count() == 1


def test_an_expired_token_is_refused() -> None:
    text = tokens.issue(person("nina"), "laptop", timezone.now() - timedelta(days=1))
    with pytest.raises(TokenWrong, match="expired"):
        tokens.caller_of(bearer(text))


def test_a_token_that_expires_while_it_is_cached_is_refused() -> None:
    text = tokens.issue(person("nina"), "laptop", timezone.now() + timedelta(days=1))
    caller = tokens.caller_of(bearer(text))
    assert caller.token is not None
    caller.token.expires_at = timezone.now()
    with pytest.raises(TokenWrong):
        tokens.caller_of(bearer(text))


def test_the_tokens_of_an_account_that_is_switched_off_are_refused() -> None:
    nina = person("nina")
    text = tokens.issue(nina, "laptop")
    nina.is_active = False
    nina.save()
    with pytest.raises(TokenWrong, match="switched off"):
        tokens.caller_of(bearer(text))


def test_a_thousand_pulls_ask_the_database_once(django_assert_num_queries: Any) -> None:
    text = tokens.issue(person("nina"), "laptop")
    tokens.caller_of(bearer(text))
    with django_assert_num_queries(0):
        for _ in range(1000):
            tokens.caller_of(bearer(text))


def test_the_last_use_is_noted_but_not_for_every_request() -> None:
    text = tokens.issue(person("nina"), "laptop")
    tokens.caller_of(bearer(text))
    first = AccessToken.objects.get().last_used_at
    assert first is not None
    tokens.forget_cached()
    tokens.caller_of(bearer(text))
    assert AccessToken.objects.get().last_used_at == first


def test_foreign_tokens_do_not_fill_the_memory() -> None:
    for number in range(tokens._CACHE_LIMIT + 10):
        tokens._known[f"digest {number}"] = (0.0, None)
    tokens.caller_of("Bearer hf_foreign")
    assert len(tokens._known) == 1


def test_the_command_prints_a_token_that_works() -> None:
    person("nina")
    out = StringIO()
    call_command("token", "nina", name="build server", expires=30, stdout=out)
    caller = tokens.caller_of(bearer(out.getvalue().strip()))
    assert caller.token is not None
    assert caller.token.name == "build server"
    assert caller.token.expires_at is not None


def test_the_command_refuses_a_user_who_is_not_there_and_makes_one_when_told() -> None:
    with pytest.raises(CommandError, match="--create"):
        call_command("token", "bot")
    out = StringIO()
    call_command("token", "bot", create=True, stdout=out)
    user = tokens.caller_of(bearer(out.getvalue().strip())).user
    assert user is not None
    assert (user.is_staff, user.has_usable_password()) == (False, False)


def test_the_command_refuses_a_token_that_would_have_ended_already() -> None:
    person("nina")
    with pytest.raises(CommandError, match="at least 1"):
        call_command("token", "nina", expires=0)
