"""What `prepare` does to a new hub, to an old one, and when it runs more than once at the same time."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.accounts.models import AccessToken, Event, User
from hub.accounts.tokens import caller_of, forget_cached
from hub.policy.models import Rule
from hub.upstreams.models import Upstream
from tests.journeys.processes import ROOT, plain_environment
from workers.management.first_start import Welcome, prepare


@pytest.mark.django_db(transaction=True)
class TestPrepare:
    @pytest.fixture(autouse=True)
    def nothing_seeded(self) -> None:
        forget_cached()

    def test_a_new_hub_gets_its_admin_rules_upstream_roles_and_a_token(self) -> None:
        welcome = prepare()
        admin = User.objects.get()
        assert admin.is_superuser
        assert admin.check_password(welcome.password)
        assert caller_of(f"Bearer {welcome.token}").user == admin
        assert Rule.objects.count() == 2
        assert [row.slug for row in Upstream.objects.all()] == ["huggingface", "modelscope"]

    def test_login_and_token_are_told_once(self) -> None:
        prepare()
        assert prepare() == Welcome()
        assert AccessToken.objects.count() == 1

    def test_a_password_that_was_chosen_is_not_told(self, settings: Any) -> None:
        settings.ADMIN_PASSWORD = "chosen by the operator"
        welcome = prepare()
        assert welcome.password == ""
        assert welcome.token
        assert User.objects.get().check_password("chosen by the operator")

    def test_changing_the_setting_later_changes_no_password(self, settings: Any) -> None:
        settings.ADMIN_PASSWORD = "chosen by the operator"
        prepare()
        settings.ADMIN_PASSWORD = "another one, later"
        prepare()
        assert User.objects.get().check_password("chosen by the operator")

    def test_what_an_admin_edits_or_deletes_stays_so(self) -> None:
        prepare()
        Rule.objects.filter(name="Anything else").update(reason="ours")
        Rule.objects.filter(name="Permissive and small").delete()
        Upstream.objects.all().delete()
        prepare()
        assert list(Rule.objects.values_list("name", "reason")) == [("Anything else", "ours")]
        assert not Upstream.objects.exists()

    def test_a_hub_whose_admin_was_renamed_gets_no_second_one(self) -> None:
        prepare()
        User.objects.update(username="root", is_superuser=False)
        assert prepare() == Welcome()
        assert User.objects.count() == 1

    def test_neither_password_nor_token_is_kept_in_the_audit_trail(self) -> None:
        welcome = prepare()
        told = str(list(Event.objects.values()))
        assert welcome.password not in told
        assert welcome.token not in told


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database(request: Any, tmp_path: Path) -> Any:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.sqlite3'}"
        return
    server = os.environ.get("HUB_TEST_DATABASE_URL", "")
    if not server:
        pytest.skip("HUB_TEST_DATABASE_URL names no Postgres")
    name = f"entrepot_start_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_processes_that_prepare_at_once_make_one_admin_and_all_succeed(empty_database: str, tmp_path: Path) -> None:
    env = plain_environment(HUB_DATA_DIR=str(tmp_path / "data"), HUB_DATABASE_URL=empty_database)
    command = [sys.executable, str(ROOT / "manage.py"), "prepare"]
    started = [
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(3)
    ]
    told = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], told
    assert sum("login   admin / " in text for text in told) == 1
    assert sum("token   hf_" in text for text in told) == 1


def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    env = plain_environment(HUB_DATA_DIR=str(tmp_path), HUB_DATABASE_URL="postgres://nobody@127.0.0.1:9/none")
    for command in ("prepare", "up", "requests"):
        ended = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), command], env=env, capture_output=True, text=True, timeout=120
        )
        assert ended.returncode == 1
        assert "HUB_DATABASE_URL" in ended.stderr
        assert "Traceback" not in ended.stderr
