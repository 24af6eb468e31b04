"""Names of the same repo on other hubs: rows that suggest."""

from importlib import import_module

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from hub.catalog.models import Repo, Synonym
from hub.catalog.synonyms import forget_synonyms, names_of, suggest
from hub.upstreams.models import Upstream
from tests.catalog.conftest import MODEL, repo_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def families() -> None:
    Synonym.objects.all().delete()
    for pattern, other in (
        ("ZhipuAI/*", "THUDM/*"),
        ("LLM-Research/Meta-Llama-*", "meta-llama/Meta-Llama-*"),
        ("AI-ModelScope/*", "*/*"),
        ("acme/one", "acme/uno"),
        ("Qwen/*", "Qwen/*"),
    ):
        Synonym.objects.create(pattern=pattern, other_pattern=other)
    forget_synonyms()


def upstream(kind: str) -> Upstream:
    return Upstream.objects.get_or_create(slug=kind, defaults={"kind": kind, "url": "http://127.0.0.1:9"})[0]


def hold(name: str, kind: str) -> Repo:
    namespace, _, rest = name.partition("/")
    columns = {"namespace": namespace, "name": rest, "key": name.lower()}
    return Repo.objects.create(upstream=upstream(kind), kind="model", held=True, **columns)


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        ("ZhipuAI/chatglm3-6b", {"huggingface:THUDM/chatglm3-6b"}),
        ("zhipuai/ChatGLM3-6B", {"huggingface:THUDM/ChatGLM3-6B"}),
        ("THUDM/chatglm3-6b", {"modelscope:ZhipuAI/chatglm3-6b"}),
        ("LLM-Research/Meta-Llama-3-8B", {"huggingface:meta-llama/Meta-Llama-3-8B"}),
        ("LLM-Research/phi-4", set()),
        ("LLM-Research/Meta-Llama-", set()),
        ("acme/one", {"huggingface:acme/uno"}),
        ("acme/one-more", set()),
    ],
)
def test_a_name_leads_to_the_names_on_the_other_hub(asked: str, others: set[str]) -> None:
    assert {f"{name.hub}:{name}" for name in names_of(repo_id(asked)) if name.sure} == others


def test_a_row_of_every_namespace_gives_names_that_are_not_sure() -> None:
    for asked, other in (("AI-ModelScope/bge-m3", "huggingface:*/bge-m3"), ("a/b", "modelscope:AI-ModelScope/b")):
        assert [(f"{name.hub}:{name}", name.sure) for name in names_of(repo_id(asked))] == [(other, False)]


def test_what_is_held_under_the_other_name_is_suggested() -> None:
    hold("THUDM/chatglm3-6b", "huggingface")
    found = suggest(MODEL, repo_id("ZhipuAI/chatglm3-6b"), "modelscope")
    assert found is not None
    assert found.words == "this hub holds THUDM/chatglm3-6b, which goes by ZhipuAI/chatglm3-6b on ModelScope"


def test_the_other_way_round_too() -> None:
    hold("ZhipuAI/chatglm3-6b", "modelscope")
    found = suggest(MODEL, repo_id("thudm/chatglm3-6b"), "huggingface")
    assert found is not None
    assert "holds ZhipuAI/chatglm3-6b, which goes by thudm/chatglm3-6b on Hugging Face" in found.words


def test_a_mirror_of_every_namespace_suggests_what_is_held_and_nothing_else() -> None:
    upstream("huggingface")
    asked = repo_id("AI-ModelScope/bge-large-zh")
    assert suggest(MODEL, asked, "modelscope") is None
    hold("acme/not-bge-large-zh", "huggingface")
    assert suggest(MODEL, asked, "modelscope") is None
    hold("BAAI/bge-large-zh", "huggingface")
    found = suggest(MODEL, asked, "modelscope")
    assert found is not None
    assert "BAAI/bge-large-zh, which goes by AI-ModelScope/bge-large-zh on ModelScope" in found.words


def test_where_nothing_is_held_the_name_to_ask_for_is_told_if_that_hub_is_an_upstream() -> None:
    asked = repo_id("ZhipuAI/chatglm3-6b")
    assert suggest(MODEL, asked, "modelscope") is None
    upstream("huggingface")
    found = suggest(MODEL, asked, "modelscope")
    assert found is not None
    assert found.words == ("it may go by another name on Hugging Face: ask this hub for huggingface:THUDM/chatglm3-6b")


def test_the_same_id_on_the_other_hub_is_told_with_the_name_of_that_hub() -> None:
    hold("Qwen/Qwen-72B", "modelscope")
    found = suggest(MODEL, repo_id("qwen/Qwen-72B"), "huggingface")
    assert found is not None
    assert found.words.startswith("this hub holds modelscope:Qwen/Qwen-72B")


def test_a_dataset_is_no_model() -> None:
    hold("THUDM/chatglm3-6b", "huggingface")
    Repo.objects.update(kind="dataset")
    Upstream.objects.update(enabled=False)
    assert suggest(MODEL, repo_id("ZhipuAI/chatglm3-6b"), "modelscope") is None


def test_a_name_of_which_no_row_speaks_asks_the_database_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Synonym.objects.filter(other_pattern="*/*").delete()
    names_of(repo_id("acme/any"))
    with django_assert_num_queries(0):
        assert suggest(MODEL, repo_id("acme/unknown"), "huggingface") is None


@pytest.mark.parametrize(
    ("pattern", "other"),
    [("ZhipuAI", "THUDM/*"), ("a/*b*", "c/*d*"), ("a/*", "b/c"), ("*/x", "*/y"), ("a/b/c", "d/e"), ("a/", "b/")],
)
def test_a_pattern_that_makes_no_sense_is_refused(pattern: str, other: str) -> None:
    with pytest.raises(ValidationError):
        Synonym(pattern=pattern, other_pattern=other).full_clean()


def test_every_family_that_the_hub_knows_from_the_start_makes_sense() -> None:
    known = import_module("hub.catalog.migrations.0005_synonyms").FAMILIES
    for pattern, other, note in known:
        Synonym(pattern=pattern, other_pattern=other, note=note).clean_fields()
        Synonym(pattern=pattern, other_pattern=other, note=note).clean()
    families = {pattern.partition("/")[0] for pattern, _, _ in known}
    assert {"LLM-Research", "ZhipuAI", "01ai", "Shanghai_AI_Laboratory", "OpenBMB", "AI-ModelScope"} <= families
