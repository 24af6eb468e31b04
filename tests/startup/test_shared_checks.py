"""Settings that do not go together when work is spread over hosts."""

from typing import Any

import pytest

from hub import checks


def ids(found: Any) -> list[str]:
    return [message.id for message in found]


def test_one_host_needs_none_of_it() -> None:
    assert ids(checks.many_hosts()) == []
    assert ids(checks.redis_address()) == []
    assert checks.check_redis() == []


def test_a_broker_that_is_no_redis_shares_no_limits(settings: Any) -> None:
    settings.BROKER_URL = "amqp://rabbit"
    settings.STORE_URL = "s3://bucket"
    assert ids(checks.many_hosts()) == ["hub.W021"]


def test_a_directory_has_to_be_the_same_on_all_hosts(settings: Any) -> None:
    settings.BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1"
    assert ids(checks.many_hosts()) == ["hub.W022"]


def test_hosts_that_each_make_a_key_are_warned(settings: Any) -> None:
    settings.BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1"
    settings.STORE_URL = "s3://bucket"
    settings.SECRET_KEY_IS_OURS = True
    assert ids(checks.many_hosts()) == ["hub.W023"]


@pytest.mark.parametrize("url", ["127.0.0.1:6379", "http://redis", "amqp://rabbit"])
def test_an_address_that_is_no_redis_is_told_without_its_password(url: str, settings: Any) -> None:
    settings.REDIS_URL = url
    (error,) = checks.redis_address()
    assert error.id == "hub.E020"
    assert checks.check_redis() == []


def test_a_redis_that_does_not_answer_is_a_warning(settings: Any) -> None:
    settings.REDIS_URL = "redis://:secret@127.0.0.1:9"
    (warning,) = checks.check_redis()
    assert warning.id == "hub.W020"
    assert "secret" not in f"{warning.msg}{warning.hint}"


@pytest.mark.service
def test_a_redis_that_answers_is_fine(settings: Any, redis_server: Any) -> None:
    settings.REDIS_URL = redis_server.url
    assert checks.check_redis() == []
