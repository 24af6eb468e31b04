import json
from typing import Any

import pytest

from hub.catalog.previews.reading import Unreadable
from hub.catalog.previews.tokenizer import read_config, read_tokenizer
from tests.web.shown_repo import tokenizer


def test_a_tokenizer_is_told_in_a_few_lines() -> None:
    told = read_tokenizer(tokenizer().encode())
    assert (told.type, told.vocabulary, told.merges) == ("BPE", 100, 2)
    assert told.first[:2] == ((0, "tok0"), (1, "tok1"))
    assert [(one.id, one.text, one.special) for one in told.added] == [(100, "<|end|>", True)]
    assert told.parts == (("normalizer", "NFC"), ("pre_tokenizer", "Split → ByteLevel"))


def test_a_vocabulary_with_scores_is_a_list() -> None:
    told = read_tokenizer(json.dumps({"model": {"type": "Unigram", "vocab": [["<unk>", 0], ["▁a", -1.5]]}}).encode())
    assert (told.vocabulary, told.first) == (2, ((0, "<unk>"), (1, "▁a")))


@pytest.mark.parametrize(
    "model",
    [
        {},
        {"vocab": 3},
        {"vocab": {"a": "x", "b": None, "c": [1]}},
        {"vocab": [1, None, {}, []]},
        {"type": ["x"], "merges": "x"},
    ],
)
def test_odd_values_are_passed_over(model: dict[str, Any]) -> None:
    told = read_tokenizer(json.dumps({"model": model, "added_tokens": [1, {}, {"id": "x"}], "decoder": [3]}).encode())
    assert (told.first, told.added) == ((), ())


@pytest.mark.parametrize(
    "data", [b"", b"[" * 100_000, b"[]", b"3", b'{"model": 3}', b"\xff\xfe", b'{"a": ' + b"1" * 5000]
)
def test_what_is_no_tokenizer_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_tokenizer(data)


def test_chat_templates_and_plain_settings_are_told() -> None:
    named = [{"name": "tools", "template": "{{ tools }}"}, {"name": "broken"}, 3]
    told = read_config(
        json.dumps({"tokenizer_class": "Fast", "eos_token": {"content": "</s>"}, "chat_template": named}).encode()
    )
    assert [(one.name, one.text) for one in told.templates] == [("tools", "{{ tools }}")]
    assert ("eos_token", "</s>") in told.settings
    assert read_config(b'{"chat_template": "x"}').templates[0].name == ""
    assert read_config(b'{"chat_template": {"a": 1}, "deep": [[1]]}').settings == ()
