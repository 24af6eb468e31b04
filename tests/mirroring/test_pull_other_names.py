"""A miss tells under which other name the repo is held, or may be asked for, in both dialects."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from hub.accounts.callers import Caller
from hub.catalog.models import Synonym
from hub.catalog.synonyms import forget_synonyms
from hub.errors import OnItsWay, RepoMissing
from hub.mirroring.models import Request
from hub.mirroring.pull import pull
from hub.mirroring.steps import look
from hub.names import RepoId, RepoKind
from hub.policy.models import Rule
from hub.upstreams.models import Upstream
from tests.catalog.published import publish
from tests.fakes import FakeRepo

pytestmark = pytest.mark.django_db

TELLS = "holds THUDM/glm, which goes by ZhipuAI/glm on ModelScope"


@pytest.fixture(autouse=True)
def synonym(db: None) -> None:
    Synonym.objects.all().delete()
    Synonym.objects.create(pattern="ZhipuAI/*", other_pattern="THUDM/*")
    forget_synonyms()


@pytest.fixture
def held(db: None) -> None:
    publish(FakeRepo("THUDM/glm", {"config.json": "{}"}))


def miss(name: str, caller: Caller, family: str) -> object:
    return pull(RepoKind.MODEL, RepoId.parse(name), "", caller, 0, family=family)


@pytest.mark.usefixtures("held")
def test_without_an_upstream_of_that_kind_the_held_name_is_told(caller: Caller) -> None:
    with pytest.raises(RepoMissing) as caught:
        miss("ZhipuAI/glm", caller, "modelscope")
    assert caught.value.words.endswith(f"This hub {TELLS}. Check the id's spelling.")


def test_upstreams_own_no_is_told_with_the_other_name(upstream: Upstream, permissive: Rule, caller: Caller) -> None:
    """Somebody gives a Hugging Face client a name of ModelScope, which has a name on Hugging Face too."""
    with pytest.raises(OnItsWay):
        miss("ZhipuAI/glm", caller, "huggingface")
    look(Request.objects.get().pk)
    with pytest.raises(RepoMissing) as caught:
        miss("ZhipuAI/glm", caller, "huggingface")
    assert "ask this hub for huggingface:THUDM/glm" in caught.value.words


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("address", ["/api/models/ZhipuAI/glm", "/api/v1/models/ZhipuAI/glm"])
def test_clients_of_both_dialects_read_it(client: Client, address: str) -> None:
    Upstream.objects.update(enabled=False)
    answer = client.get(address)
    assert answer.status_code == 404
    assert TELLS in answer.content.decode()


@pytest.mark.usefixtures("held")
def test_nothing_is_served_or_asked_for_under_the_other_name(client: Client) -> None:
    Upstream.objects.update(enabled=False)
    for address in (
        "/ZhipuAI/glm/resolve/main/config.json",
        "/api/v1/models/ZhipuAI/glm/repo?Revision=master&FilePath=config.json",
    ):
        assert client.get(address).status_code == 404
    assert not Request.objects.exists()


def test_a_miss_of_which_no_row_speaks_costs_no_query_more(
    caller: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with pytest.raises(RepoMissing):
        miss("acme/warm", caller, "huggingface")
    with django_assert_num_queries(1), pytest.raises(RepoMissing, match="no enabled upstream"):
        miss("acme/unknown", caller, "huggingface")
