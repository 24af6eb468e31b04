from pathlib import Path
from typing import Any

import pytest

from hub import checks
from hub.environment import Environment, SettingError


def ids(found: Any) -> list[str]:
    return [message.id for message in found]


def test_the_settings_of_the_tests_are_fine() -> None:
    assert checks.check_settings() == []
    assert checks.check_store() == []


def test_a_slip_of_the_pen_is_told_with_the_name_that_was_meant(settings: Any) -> None:
    environment = Environment({"HUB_PROT": "80"})
    environment.text("HUB_PORT")
    settings.ENVIRONMENT = environment
    (warning,) = checks.unknown_names()
    assert (warning.id, warning.hint) == ("hub.W001", "Did you mean HUB_PORT?")


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_a_broker_asks_for_postgres(settings: Any) -> None:
    settings.BROKER_URL = "redis://127.0.0.1"
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
    assert ids(checks.sqlite_with_broker()) == ["hub.E001"]


@pytest.mark.parametrize(
    "url", ["hub.example.org", "ftp://hub", "https://hub/path", "https://hub?x=1", "https://u@hub"]
)
def test_an_external_address_is_scheme_and_host(url: str, settings: Any) -> None:
    settings.EXTERNAL_URL = url
    assert ids(checks.external_url()) == ["hub.E002"]


@pytest.mark.parametrize("url", ["", "https://hub.example.org", "http://10.0.0.7:8080"])
def test_a_good_external_address_is_taken(url: str, settings: Any) -> None:
    settings.EXTERNAL_URL = url
    assert ids(checks.external_url()) == []


@pytest.mark.parametrize("name", ["HUGGINGFACE_URL", "MODELSCOPE_URL"])
@pytest.mark.parametrize("url", ["", "modelscope.cn", "ftp://modelscope.cn", "https://"])
def test_the_address_of_an_upstream_is_a_web_address(name: str, url: str, settings: Any) -> None:
    setattr(settings, name, url)
    (error,) = checks.upstream_url()
    assert error.id == "hub.E003"
    assert f"HUB_{name}" in error.msg


@pytest.mark.parametrize("key", ["short", "x" * 60])
def test_a_weak_key_is_told(key: str, settings: Any) -> None:
    settings.SECRET_KEY = key
    assert ids(checks.secret_key()) == ["hub.W002"]


def test_a_short_password_is_told(settings: Any) -> None:
    settings.ADMIN_PASSWORD = "short"
    assert ids(checks.admin_password()) == ["hub.W003"]


def test_a_store_that_cannot_be_written_is_an_error_with_its_hint(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.STORE_URL = f"file://{tmp_path / 'file' / 'x'}"
    (error,) = checks.check_store()
    assert error.id == "hub.E004"
    assert error.hint


@pytest.mark.parametrize(
    ("variables", "read"),
    [
        ({"HUB_X": "loud"}, lambda env: env.choice("HUB_X", "A", ("A", "B"))),
        ({"HUB_X": "9"}, lambda env: env.number("HUB_X", 1, most=8)),
        ({"HUB_X": "-1"}, lambda env: env.number("HUB_X", 1)),
        ({"HUB_X": "one"}, lambda env: env.number("HUB_X", 1)),
        ({"HUB_X": "maybe"}, lambda env: env.flag("HUB_X", True)),
        ({"HUB_X_FILE": "/nowhere"}, lambda env: env.text("HUB_X")),
    ],
)
def test_values_that_make_no_sense_name_their_setting(variables: dict[str, str], read: Any) -> None:
    with pytest.raises(SettingError, match="HUB_X"):
        read(Environment(variables))


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a secret\n")
    assert Environment({"HUB_X_FILE": str(tmp_path / "key")}).text("HUB_X") == "a secret"


def test_a_kind_of_change_that_does_not_exist_is_told(settings: Any) -> None:
    settings.FOLLOW_ASK = ["licence", "license"]
    (error,) = checks.follow_ask()
    assert error.id == "hub.E035"
    assert "'license'" in error.msg
    settings.FOLLOW_ASK = ["none"]
    assert not list(checks.follow_ask())


def test_a_queue_that_does_not_exist_is_told(settings: Any) -> None:
    settings.WORKER_QUEUES = ["plan", "small", "large", "chores", "urgnet"]
    assert ids(checks.workers()) == ["hub.E025"]


def test_a_broker_address_without_a_scheme_is_told(settings: Any) -> None:
    settings.EMBEDDED, settings.BROKER_URL = False, "redis.example.org:6379"
    assert ids(checks.workers()) == ["hub.E026"]


def test_an_only_worker_that_leaves_work_undone_is_told(settings: Any) -> None:
    settings.WORKER_QUEUES = ["plan", "small"]
    (warning,) = checks.workers()
    assert warning.id == "hub.W025"
    assert "chores, large" in warning.msg


def test_an_eviction_that_never_has_a_reason_is_told(settings: Any) -> None:
    settings.EVICT, settings.QUOTA, settings.LOW_SPACE = True, 0, 0
    assert "hub.W030" in {found.id for found in checks.check_settings()}
    settings.QUOTA = 10**9
    assert "hub.W030" not in {found.id for found in checks.check_settings()}


def test_a_scrub_rate_without_its_unit_is_told(settings: Any) -> None:
    settings.SCRUB_RATE = 20
    assert "hub.W031" in {found.id for found in checks.check_settings()}
    settings.SCRUB_RATE = 0
    assert "hub.W031" not in {found.id for found in checks.check_settings()}
