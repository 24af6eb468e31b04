import os
from typing import Any

import pytest

from hub.errors import BadInput, BadName, SealBroken, UpstreamError
from hub.names import RepoId, RepoKind
from hub.upstreams.models import Upstream
from hub.upstreams.registry import KINDS, client_for, parse_named_id
from hub.upstreams.seed import seed_upstreams
from tests.fakes import FakeHub, world
from tests.upstreams.conftest import TINY

pytestmark = pytest.mark.django_db


def test_a_row_becomes_a_client_that_speaks_with_its_token(upstream: Upstream, out_there: FakeHub) -> None:
    upstream.token = out_there.add_user("service", [world.PRIVATE]).token
    upstream.save()
    assert client_for(upstream).info(RepoKind.MODEL, RepoId.parse(world.PRIVATE), "").private


def test_the_client_stays_until_its_row_or_the_settings_change(upstream: Upstream, settings: Any) -> None:
    client = client_for(upstream)
    assert client_for(Upstream.objects.get(pk=upstream.pk)) is client
    upstream.token = "hf_" + "a" * 34
    other = client_for(upstream)
    assert other is not client
    settings.UPSTREAM_HOSTS = ["minio.lan"]
    assert client_for(upstream) is not other


def test_an_unknown_kind_is_told_with_the_known_ones(upstream: Upstream) -> None:
    upstream.kind = "carrier-pigeon"
    with pytest.raises(BadInput, match="carrier-pigeon") as caught:
        client_for(upstream)
    assert all(kind in caught.value.next_step for kind in KINDS)


def test_a_token_that_was_sealed_with_another_key_is_told(upstream: Upstream, settings: Any) -> None:
    upstream.token = "hf_" + "b" * 34
    settings.SECRET_KEY = "another key"
    with pytest.raises(SealBroken):
        client_for(upstream)


def test_an_address_that_makes_no_sense_is_told(upstream: Upstream) -> None:
    upstream.url = "https://user@huggingface.co"
    with pytest.raises(UpstreamError, match="address of upstream huggingface"):
        client_for(upstream)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks on this machine")
def test_a_forked_process_makes_its_own_connections(upstream: Upstream) -> None:
    client = client_for(upstream)
    child = os.fork()
    if child == 0:
        os._exit(int(client_for(upstream) is client))
    assert os.waitpid(child, 0)[1] == 0


@pytest.fixture
def two(upstream: Upstream) -> Upstream:
    return Upstream.objects.create(slug="second", url="https://second.example", position=200)


def test_an_id_may_name_its_upstream(upstream: Upstream, two: Upstream) -> None:
    assert parse_named_id("second:acme/tiny") == (two, TINY)
    assert parse_named_id("huggingface:gpt-old") == (upstream, RepoId("", "gpt-old"))


def test_without_a_name_the_first_enabled_upstream_is_meant(upstream: Upstream, two: Upstream) -> None:
    assert parse_named_id("acme/tiny") == (upstream, TINY)
    Upstream.objects.filter(pk=upstream.pk).update(enabled=False)
    assert parse_named_id(" acme/tiny ") == (two, TINY)


def test_an_unknown_or_disabled_upstream_is_told_with_the_known_ones(upstream: Upstream, two: Upstream) -> None:
    Upstream.objects.filter(pk=two.pk).update(enabled=False)
    for text in ("second:acme/tiny", "https:acme/tiny", ":acme/tiny"):
        with pytest.raises(BadInput) as caught:
            parse_named_id(text)
        assert "huggingface" in caught.value.next_step


def test_a_hub_without_upstreams_says_where_to_add_one() -> None:
    with pytest.raises(BadInput, match="no upstream is enabled"):
        parse_named_id("acme/tiny")


def test_a_bad_name_is_a_bad_name(upstream: Upstream) -> None:
    with pytest.raises(BadName):
        parse_named_id("huggingface:../etc/passwd")


def test_the_first_upstreams_come_from_the_settings(settings: Any) -> None:
    settings.HUGGINGFACE_URL, settings.HUGGINGFACE_TOKEN = "https://mirror.example/hf", "hf_" + "c" * 34
    settings.MODELSCOPE_URL, settings.MODELSCOPE_TOKEN = "https://mirror.example/ms", "ms-" + "d" * 34
    seed_upstreams()
    first, second = Upstream.objects.all()
    assert (first.slug, first.kind, first.url) == ("huggingface", "huggingface", "https://mirror.example/hf")
    assert (second.slug, second.kind, second.url) == ("modelscope", "modelscope", "https://mirror.example/ms")
    assert (first.token, second.token) == (settings.HUGGINGFACE_TOKEN, settings.MODELSCOPE_TOKEN)
    assert settings.HUGGINGFACE_TOKEN not in first.sealed_token
    assert settings.MODELSCOPE_TOKEN not in second.sealed_token


def test_what_an_admin_has_set_up_is_left_alone(upstream: Upstream, settings: Any) -> None:
    settings.HUGGINGFACE_URL = "https://other.example"
    seed_upstreams()
    assert Upstream.objects.get() == upstream
    assert Upstream.objects.get().url == upstream.url
