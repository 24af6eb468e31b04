"""One spelling finds the others."""

import pytest

from hub.index.counts import refresh
from hub.index.query import Query
from hub.index.search import search
from hub.index.spelling import edits
from hub.index.terms import tsquery
from hub.index.tokens import tokens
from hub.index.wish import wish_of
from hub.index.words import MOST_WORDS, fact, words_of
from hub.upstreams.models import Upstream

from .corpus import listed


@pytest.fixture
def upstream(db: None) -> Upstream:
    return Upstream.objects.create(slug="huggingface", kind="huggingface", url="http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("Qwen2.5-VL-7B-Instruct", ["qwen2.5", "qwen25", "qwen 2.5", "Qwen2.5-VL", "qwen2.5vl", "QWEN 2.5 vl 7b"]),
        ("DeepSeek-R1", ["deepseek", "deep seek", "deepseekr1", "deepseek r1", "DeepSeek_R1"]),
        ("bge-m3", ["bge-m3", "bgem3", "BGE M3"]),
        ("Llama-3.1-8B", ["llama3.1", "llama 3.1", "llama31", "llama 3", "llama-3.1-8b"]),
        ("Mixtral-8x7B-v0.1", ["mixtral 8x7b", "mixtral-8x7b-v0.1"]),
        ("sentence-transformers", ["sentence transformer", "sentencetransformers"]),
    ],
)
def test_a_name_is_found_in_every_spelling(upstream: Upstream, name: str, texts: list[str]) -> None:
    listed(upstream, f"acme/{name}").save()
    listed(upstream, "acme/other").save()
    for text in texts:
        assert [entry.name for entry in search(Query(text), 5).entries] == [name], text


@pytest.mark.parametrize("text", ["中文", "chinese", "中文嵌入模型", "向量", "嵌入", "chinese embedding model", "zh"])
def test_topics_are_found_in_both_languages(upstream: Upstream, text: str) -> None:
    listed(upstream, "acme/thing", task="sentence-similarity", languages=["zh"]).save()
    listed(upstream, "acme/other", task="image-classification", languages=["en"]).save()
    assert [entry.name for entry in search(Query(text), 5).entries] == ["thing"]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("embeding", "embedding"),
        ("lamma", "llama"),
        ("qwne", "qwen"),
        ("deepseak", "deepseek"),
        ("lamma 7b", "llama 7b"),
    ],
)
def test_what_finds_nothing_is_searched_for_as_it_may_have_been_meant(
    upstream: Upstream, wrong: str, right: str
) -> None:
    for number in range(3):
        for name in ("llama", "qwen", "deepseek", "embedding"):
            listed(upstream, f"acme/{name}-{number}-7b").save()
    refresh()
    page = search(Query(wrong), 10)
    assert page.corrected == right
    assert {entry.name.split("-")[0] for entry in page.entries} == {right.split()[0]}
    assert search(Query(wrong), 10, forgiving=False).entries == []
    assert search(Query("zzzzzz"), 10).corrected == ""


def test_the_last_word_may_be_a_beginning(upstream: Upstream) -> None:
    listed(upstream, "acme/emb").save()
    listed(upstream, "acme/embedder").save()
    assert [entry.name for entry in search(Query("embe"), 5).entries] == ["embedder"]
    assert [entry.name for entry in search(Query("emb"), 5).entries] == ["emb"]
    assert {entry.name for entry in search(Query("emb", prefix=True), 5).entries} == {"emb", "embedder"}


def test_so_it_may_beside_other_words(upstream: Upstream) -> None:
    for name in ("bge-reranker", "bge-large", "gte-reranker", "gte-rerank-large"):
        listed(upstream, f"acme/{name}").save()
    for _ in range(2):
        assert [entry.name for entry in search(Query("bge rera", prefix=True), 5).entries] == ["bge-reranker"]
        assert len(search(Query("gte rer", prefix=True), 5, facets=True).entries) == 2
        refresh()


def test_words_are_few_and_plain_whatever_is_listed(upstream: Upstream) -> None:
    entry = listed(
        upstream,
        "acme/x",
        tags=[f"tag {number}' \\ \x00 \n" for number in range(5000)],
        languages=[f"l{number}" for number in range(5000)],
        summary="word " * 100 + "中文" * 100,
    )
    words = words_of(entry, "huggingface").split(" ")
    assert len(words) == len(set(words)) <= MOST_WORDS
    assert all(word.isprintable() and "'" not in word and "\\" not in word for word in words)


def test_facts_have_no_signs_that_mean_something() -> None:
    assert fact("tag", "License: MIT'\n ") == "=tag/license:%20mit%27"
    assert fact("lang", "ZH") == "=lang/zh"


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    assert [token.word for token in wish_of(Query("the best model for chinese")).words] == ["chinese"]
    assert [token.word for token in wish_of(Query("the best")).words] == ["the", "best"]


def test_what_is_asked_is_quoted() -> None:
    asked = wish_of(Query("it's")).any
    assert asked is not None
    assert "''" not in tsquery(asked).replace("'=is/its'", "")


def test_swapped_neighbours_are_one_edit() -> None:
    assert [edits("qwne", "qwen"), edits("lamma", "llama"), edits("a", "a"), edits("abc", "abcdef")] == [1, 2, 0, 3]


def test_sizes_stay_whole() -> None:
    assert [(one.word, one.pieces) for one in tokens("8x7B v0.1 A3B Qwen2.5VL")] == [
        ("8x7b", ()),
        ("v01", ()),
        ("a3b", ()),
        ("qwen25vl", ("qwen", "25", "vl")),
    ]
