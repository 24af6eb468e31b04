import pytest

from hub.web import cards
from hub.web.cards import MOST_BODY, facts_of, render_card, split_front_matter
from hub.web.taming import Place

PLACE = Place(link=lambda text: text, picture=lambda text: "", outside=lambda text: text)


def html(text: str) -> str:
    return str(render_card(text, PLACE).html)


def test_front_matter_is_cut_off_and_told_as_facts() -> None:
    card = render_card("---\nlicense: mit\nlanguage:\n- en\n- zh\nmodel-index: [1]\n---\n# Title\n", PLACE)
    assert card.facts == (("license", ("mit",)), ("language", ("en", "zh")))
    assert "license" not in card.html


@pytest.mark.parametrize("text", ["", "---", "---\n", "---\nlicense: mit\n", "--- \nno end", "----\nx: y\n----\n"])
def test_front_matter_without_an_end_is_text(text: str) -> None:
    assert split_front_matter(text) == ("", text)


@pytest.mark.parametrize(
    "front",
    [
        "license: [",
        "license: {a: b}",
        "tags: " + "[" * 3900,
        "tags: &a [*a]",
        "license: !!python/object/apply:os.system ['true']",
        "tags: [[1], {a: 1}, null]",
        "license: " + "x" * 100_000,
        "\x00",
        "license: 2020-99-99",
    ],
)
def test_odd_front_matter_tells_nothing_and_breaks_nothing(front: str) -> None:
    assert facts_of(front) in ([], [("license", ("2020-99-99",))])


def test_facts_hidden_among_thousands_of_results_are_found() -> None:
    front = "model-index:\n" + "- results: [1, 2, 3]\n" * 50_000 + "license: mit\n"
    assert facts_of(front) == [("license", ("mit",))]


def test_tables_tasks_strikethrough_and_footnotes_are_laid_out() -> None:
    page = html("|a|b|\n|:-|-:|\n|1|2|\n\n- [x] done\n- [ ] open\n\n~~gone~~ note[^1]\n\n[^1]: There.\n")
    for part in ('<td align="left">1</td>', '<td align="right">2</td>', "☑ done", "☐ open", "<s>gone</s>", "There."):
        assert part in page
    assert "style=" not in page


def test_formulas_are_left_as_they_were_written() -> None:
    page = html("Let $a_1 * b_2 * c$ be.\n\n$$\nx_1 * y_2 *\n$$\n\nIt costs $5 and $6.")
    assert '<code class="math">a_1 * b_2 * c</code>' in page
    assert "x_1 * y_2 *" in page
    assert "It costs $5 and $6." in page


def test_code_is_coloured_by_classes() -> None:
    page = html("```python\ndef f(): return '<b>'\n```\n\n```nonsense\n<b>\n```\n")
    assert '<span class="k">def</span>' in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_headings_have_anchors_and_the_page_keeps_its_one_h1() -> None:
    card = render_card("# One\n\n## 使用 方法\n\n## One\n\n[to](#one)\n", PLACE)
    assert card.headings == (("card-one", "One", 1), ("card-使用-方法", "使用 方法", 2), ("card-one-1", "One", 2))
    assert "<h1" not in card.html
    assert '<h2 id="card-one">' in card.html


def test_html_in_markdown_passes_through_the_same_gate() -> None:
    page = html('<div align="center">\n\n**bold**\n\n</div>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))')
    assert '<div align="center">' in page
    assert "<strong>bold</strong>" in page
    assert "<script" not in page
    assert 'href="javascript' not in page


def test_links_promise_nothing_to_where_they_lead() -> None:
    assert 'rel="noopener noreferrer nofollow"' in html("[x](https://hub.example)")


@pytest.mark.parametrize(
    "text",
    [
        ">" * 100_000,
        "> " * 100_000 + "x",
        "[" * 100_000,
        "[a](" * 50_000,
        "![a](" * 50_000,
        "*a **a " * 50_000,
        "` " * 100_000,
        "<div>" * 60_000,
        "<b>" * 60_000,
        "$a " * 100_000,
        "[^1]" * 50_000 + "\n\n[^1]: x",
        "|a" * 50_000 + "\n" + "|-" * 50_000,
        "# a\n" * 80_000,
        "```python\n" + "(" * 150_000 + "\n```",
        ("```python\n" + "(" * 1000 + "\n```\n\n") * 300,
        "- " * 100_000,
        "&amp;" * 80_000,
    ],
    ids=lambda text: text[:8].strip(),
)
def test_a_card_that_was_made_to_hang_is_shown_in_some_way(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "SECONDS", 0.2)
    card = render_card(text, PLACE)
    assert card.note in ("", "cut", "slow", "raw")
    assert "<script" not in card.html


def test_a_card_of_ten_megabytes_is_cut() -> None:
    card = render_card("word " * 2_000_000, PLACE)
    assert card.note == "cut"
    assert len(card.html) < 2 * MOST_BODY


def test_a_card_that_is_too_slow_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.web.cards.SECONDS", 0.1)  # a quick machine is through with it in two seconds
    card = render_card("[" * 100_000 + "<b>", PLACE)
    assert card.note == "slow"
    assert card.html.startswith("<pre")
    assert "&lt;b&gt;" in card.html
