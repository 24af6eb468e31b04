import re
from pathlib import Path

import pytest

from hub.web import highlighting
from hub.web.highlighting import Dark, Light, highlighted, language_of, stylesheet

CSS = Path(highlighting.__file__).parent / "static" / "web" / "code.css"
GROUNDS = {"light": ("#eef2f1", "#ffffff"), "dark": ("#0c1211", "#182120")}


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def test_the_stylesheet_is_what_this_module_writes() -> None:
    assert CSS.read_text() == stylesheet(), "python -m hub.web.highlighting > hub/web/static/web/code.css"


@pytest.mark.parametrize(("style", "scheme"), [(Light, "light"), (Dark, "dark")])
def test_every_colour_can_be_read(style: type[Light], scheme: str) -> None:
    for look in style.styles.values():
        for colour in re.findall(r"#[0-9a-f]{6}", look):
            assert all(contrast(colour, ground) >= 4.5 for ground in GROUNDS[scheme]), colour


def test_everything_is_escaped_in_any_language() -> None:
    for language in ("python", "html", "json", "nonsense", "text"):
        assert "<script" not in highlighted("<script>alert('x')</script> & \"y\"", language)


def test_nothing_of_the_text_is_lost() -> None:
    text = "def f(x):\n    '''Doc'''\n    return 1.5  # why\n\n"
    assert re.sub(r"</?span[^>]*>", "", highlighted(text, "py")).replace("&#x27;", "'") == text


def test_spans_have_classes_and_no_styles() -> None:
    html = highlighted("import os\nx = None\n", "python")
    assert '<span class="k">import</span>' in html
    assert "style" not in html


def test_long_text_is_shown_plain() -> None:
    assert "<span" not in highlighted("x = 1\n" * 50_000, "python")


def test_what_takes_too_long_is_shown_plain() -> None:
    assert highlighted("x = 1\n" * 1000, "python", seconds=0.0).startswith("x = 1")


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/config.json", "json"),
        ("train.py", "python"),
        ("chat_template.jinja", "jinja"),
        ("rows.jsonl", "json"),
        ("run.sh", "bash"),
        ("Dockerfile", "docker"),
        ("x.unknown", "text"),
        ("LICENSE", "text"),
    ],
)
def test_the_language_follows_the_name(path: str, language: str) -> None:
    assert language_of(path) == language
