"""The Chinese of the pages is whole: every text that is marked is translated, and what is committed is compiled."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation.template import templatize

from hub.errors import BadName, UpstreamUnreachable
from hub.measures import human_bytes, human_seconds
from hub.policy.verdicts import Facts, decide
from hub.web import wording
from hub.web.spoken import spoken

HUB = Path(__file__).resolve().parent.parent.parent / "hub"
CATALOG = HUB / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
PLURALS = {"ngettext", "ngettext_lazy"}
HOW = "run `make words`, translate what is new in hub/locale, and run it again"


@cache
def catalog() -> polib.POFile:
    return polib.pofile(str(CATALOG))


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%(?:\(\w+\))?[a-z%]", text))


def texts_of(source: str) -> Iterator[str]:
    """The first argument of every mark in Python source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in MARKS and node.args and isinstance(first := node.args[0], ast.Constant):
                yield str(first.value)


def marked_in(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return set(texts_of(text))
    # What Django makes of a template for xgettext: calls of gettext in a text that is no Python.
    code = "\n".join(
        re.findall(r"\bn?gettext\((?:[^()\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*\)", templatize(text))
    )
    quick = re.findall(r"""(?<![\w])_\(\s*(u?"(?:[^"\\]|\\.)*"|u?'(?:[^'\\]|\\.)*')\s*\)""", templatize(text))
    found = {ast.literal_eval(one.removeprefix("u")) for one in quick}
    for call in re.split(r"\n(?=n?gettext\()", code) if code else []:
        strings = [
            ast.literal_eval(token.string)
            for token in tokenize.generate_tokens(io.StringIO(call).readline)
            if token.type == tokenize.STRING
        ]
        found |= set(strings[:1])
    return found


def sources() -> list[Path]:
    return sorted(
        path
        for path in HUB.rglob("*")
        if path.suffix in (".py", ".html") and "locale" not in path.parts and "migrations" not in path.parts
    )


def test_every_text_is_translated() -> None:
    assert [entry.msgid for entry in catalog() if not all(translations(entry))] == [], HOW
    assert [entry.msgid for entry in catalog() if entry.fuzzy or entry.obsolete] == [], HOW
    assert catalog().metadata["Plural-Forms"] == "nplurals=1; plural=0;"


def test_every_placeholder_is_kept() -> None:
    for entry in catalog():
        for text in translations(entry):
            assert placeholders(text) == placeholders(entry.msgid_plural or entry.msgid), entry.msgid


def test_markup_is_kept() -> None:
    for entry in catalog():
        for text in translations(entry):
            assert sorted(re.findall(r"<[^>]+>", text)) == sorted(re.findall(r"<[^>]+>", entry.msgid)), entry.msgid


def test_the_compiled_file_says_the_same() -> None:
    compiled = polib.mofile(str(CATALOG.with_suffix(".mo")))
    told = {entry.msgid: translations(entry) for entry in compiled}
    assert told == {entry.msgid: translations(entry) for entry in catalog()}, HOW


def test_everything_that_is_marked_is_in_the_catalog() -> None:
    known = {entry.msgid for entry in catalog()}
    missing = {
        f"{path.relative_to(HUB)}: {text}" for path in sources() for text in marked_in(path) if text not in known
    }
    assert sorted(missing) == [], HOW


def test_nothing_in_the_catalog_has_gone_from_the_sources() -> None:
    marked = {text for path in sources() for text in marked_in(path)}
    assert sorted({entry.msgid for entry in catalog()} - marked) == [], HOW


def test_templates_give_their_marks_away() -> None:
    found = marked_in(HUB / "web" / "templates" / "web" / "_found_count.html")
    assert found == {"At least %(count)s repos", "%(count)s repo"}


def test_chinese_punctuation_is_full_width() -> None:
    wrong = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?:\s|$)")
    tight = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
    for entry in catalog():
        for text in translations(entry):
            plain = re.sub(r"%\(\w+\)[sd]|<[^>]+>", "\0", text)
            assert not wrong.search(plain), text
            assert not tight.search(plain), text


def skeletons() -> set[str]:
    """Every string of the rooms below, with `{}` where a value is put in."""
    found = set()
    for path in sources():
        if path.suffix != ".py" or path.name == "wording.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.add("".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_what_pages_translate_is_what_the_rooms_below_say() -> None:
    said = skeletons()
    listed = (*wording.WORDS, *wording.SENTENCES)
    assert [text for text in listed if re.sub(r"%\(\w+\)s", "{}", text) not in said] == []


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Needs approval", "等待审批"),
        ("needs approval", "等待审批"),
        ("request 7 is being fetched", "申请 7 的状态为“正在拉取”"),
        ("this hub does not hold the dataset acme/poems", "本站没有数据集 acme/poems"),
        ("20 MB/s until 18:00 (Mon), then full speed", "20 MB/s，到 18:00 (Mon) 为止，之后全速"),
        ("This hub holds a/b, which goes by a/c on ModelScope.", "本站已入库 a/b（在 ModelScope 上名为 a/c）。"),
        ("a sentence that nobody has listed", "a sentence that nobody has listed"),
        ("", ""),
    ],
)
def test_what_the_rooms_below_say_is_heard_in_chinese(said: str, heard: str) -> None:
    with translation.override("zh-hans"):
        assert spoken(said) == heard
    with translation.override("en"):
        assert spoken(said) == said


def test_an_error_is_heard_with_its_next_step() -> None:
    name = BadName("'a b' is not a repo id", "write it as namespace/name")
    away = UpstreamUnreachable("hub cannot be reached: the moon is full", "wait for the sun")
    with translation.override("zh-hans"):
        assert spoken(name) == "'a b' 不是仓库 ID。请写成 namespace/name 的形式。"
        assert spoken(away) == "无法访问 hub：the moon is full。Wait for the sun."
    assert spoken(name) == name.words
    assert spoken(away) == away.words


def test_a_verdict_is_heard_in_chinese() -> None:
    facts = Facts("huggingface", "model", "acme/zoo", "", 1, gated=False)
    with translation.override("zh-hans"):
        assert spoken(decide(facts, []).reason) == "没有规则自动放行"


def test_sizes_and_times_are_heard_in_chinese() -> None:
    with translation.override("zh-hans"):
        assert (human_bytes(1), human_bytes(999), human_bytes(1200)) == ("1 B", "999 B", "1.2 kB")
        assert (human_seconds(8), human_seconds(180), human_seconds(7500)) == ("8 秒", "3 分钟", "2 小时 5 分钟")
    assert human_seconds(7500) == "2 h 5 min"


def test_no_template_has_words_of_its_own() -> None:
    names = re.compile(r"Entrepot|GGUF|sha256|git")
    for path in (HUB / "web" / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"\{%\s*(blocktranslate|comment)\b.*?end\1\s*%\}", "", text, flags=re.DOTALL)
        text = re.sub(r"<(code|pre|script)\b.*?</\1>", "", text, flags=re.DOTALL)
        text = re.sub(r"\{[%{].*?[%}]\}|<!?[a-z/][^>]*>", "\n", text, flags=re.DOTALL)
        bare = [line.strip() for line in names.sub("", text).splitlines() if re.search("[A-Za-z]{2}", line)]
        assert bare == [], path.name
