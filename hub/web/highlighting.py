"""Source text as HTML with classes, by the lexers of Pygments. The classes' colours are in static/web/code.css, which
this module writes: `python -m hub.web.highlighting > hub/web/static/web/code.css`.
"""

import time
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.style import Style
from pygments.token import STANDARD_TYPES, Comment, Generic, Keyword, Name, Number, Operator, String, Token
from pygments.util import ClassNotFound

MOST = 200_000
"""Characters that are highlighted; longer text is shown plain."""
SECONDS = 1.0

_LANGUAGES = """
    python pycon ipython json yaml toml ini bash console docker make cmake c cpp cuda csharp rust go java kotlin
    scala swift javascript typescript jsx tsx html xml css scss sql diff jinja html+jinja markdown rst tex lua r julia
    ruby perl php protobuf nginx http properties powershell batch text"""
LANGUAGES = frozenset(_LANGUAGES.split())
"""By Pygments' first alias. Others are shown plain: each lexer is a heap of patterns that read hostile text."""

_ALIASES = {
    "py": "python", "python3": "python", "sh": "bash", "shell": "bash", "zsh": "bash", "shell-session": "console",
    "ps1": "powershell", "yml": "yaml", "js": "javascript", "ts": "typescript", "c++": "cpp", "md": "markdown",
    "dockerfile": "docker", "makefile": "make", "jinja2": "jinja", "latex": "tex",
    "jsonl": "json", "jsonc": "json", "json5": "json",
}  # fmt: skip


class Light(Style):
    """Contrast of at least 4.5 on the ground of code."""

    background_color = "#eef2f1"
    styles = {
        Token: "#17201f",
        Comment: "italic #566361",
        Comment.Preproc: "noitalic #8a3b12",
        Keyword: "#7a2a8f",
        Keyword.Constant: "#8a3b12",
        Keyword.Type: "#0b5f59",
        Operator.Word: "#7a2a8f",
        Name.Builtin: "#0b5f59",
        Name.Function: "#1d4ab8",
        Name.Class: "bold #1d4ab8",
        Name.Decorator: "#8a3b12",
        Name.Exception: "bold #a61b1b",
        Name.Tag: "#0b5f59",
        Name.Attribute: "#1d4ab8",
        Name.Variable: "#8a3b12",
        String: "#14692f",
        String.Escape: "#8a3b12",
        String.Doc: "italic #566361",
        Number: "#8a3b12",
        Generic.Heading: "bold",
        Generic.Subheading: "bold #1d4ab8",
        Generic.Deleted: "#a61b1b",
        Generic.Inserted: "#14692f",
        Generic.Prompt: "#566361",
        Generic.Output: "#566361",
        Generic.Emph: "italic",
        Generic.Strong: "bold",
    }


class Dark(Style):
    background_color = "#0c1211"
    styles = Light.styles | {
        Token: "#e6eceb",
        Comment: "italic #93a3a0",
        Comment.Preproc: "noitalic #fbbf77",
        Keyword: "#d8a4f0",
        Keyword.Constant: "#fbbf77",
        Keyword.Type: "#5fd8ca",
        Operator.Word: "#d8a4f0",
        Name.Builtin: "#5fd8ca",
        Name.Function: "#93c5fd",
        Name.Class: "bold #93c5fd",
        Name.Decorator: "#fbbf77",
        Name.Exception: "bold #f9a8a8",
        Name.Tag: "#5fd8ca",
        Name.Attribute: "#93c5fd",
        Name.Variable: "#fbbf77",
        String: "#86d79b",
        String.Escape: "#fbbf77",
        String.Doc: "italic #93a3a0",
        Number: "#fbbf77",
        Generic.Subheading: "bold #93c5fd",
        Generic.Deleted: "#f9a8a8",
        Generic.Inserted: "#86d79b",
        Generic.Prompt: "#93a3a0",
        Generic.Output: "#93a3a0",
    }


CLASSES = frozenset(STANDARD_TYPES[kind] for kind in Light.styles if STANDARD_TYPES.get(kind) and Light.styles[kind])
"""Every class that `highlighted` writes."""


def highlighted(text: str, language: str, seconds: float = SECONDS) -> SafeString:
    """The text with a span around every token, or escaped alone where the language is not known or it takes too long.
    Everything of the text is escaped either way."""
    lexer = _lexer(language)
    if lexer is None or len(text) > MOST:
        return escape(text)
    try:
        return mark_safe(_formatted(_in_time(lexer.get_tokens(text), seconds)))  # noqa: S308
    except TimeoutError:
        return escape(text)


def language_of(path: str) -> str:
    """What a file of this name is written in, as `highlighted` takes it; "text" where that is not known."""
    name = path.rpartition("/")[2]
    if name.endswith((".jinja", ".jinja2", ".j2")):
        return "jinja"
    if name.endswith((".jsonl", ".ndjson", ".ipynb")):
        return "json"
    try:
        alias = str(get_lexer_for_filename(name).aliases[0])
    except (ClassNotFound, IndexError):
        return "text"
    return alias if alias in LANGUAGES else "text"


def stylesheet() -> str:
    """The classes' colours for light and dark, below the element `.code`."""
    light = _rules(Light)
    dark = _rules(Dark)
    return (
        "/* Written by hub/web/highlighting.py; tests/web/test_highlighting.py compares. */\n"
        f"{light}\n@media (prefers-color-scheme: dark) {{\n:root:not([data-theme=light]) {{\n{dark}\n}}\n}}\n"
        f":root[data-theme=dark] {{\n{dark}\n}}\n"
    )


@cache
def _lexer(language: str) -> Lexer | None:
    name = _ALIASES.get(language.lower(), language.lower())
    if name not in LANGUAGES or name == "text":
        return None
    return get_lexer_by_name(name, stripnl=False, ensurenl=False)


def _in_time(tokens: Iterable[tuple[Any, str]], seconds: float) -> Iterator[tuple[Any, str]]:
    end = time.thread_time() + min(seconds, SECONDS)
    for number, token in enumerate(tokens):
        if number % 256 == 0 and time.thread_time() > end:
            raise TimeoutError
        yield token


@cache
def _class_of(kind: Any) -> str:
    """The nearest kind that the styles know, by Pygments' own short names; "" for plain text."""
    while kind is not Token and not Light.styles.get(kind):
        kind = kind.parent
    return STANDARD_TYPES.get(kind, "") if kind is not Token else ""


def _formatted(tokens: Iterable[tuple[Any, str]]) -> str:
    """Neighbours of one class share a span, so that a long text stays small."""
    parts: list[str] = []
    open_class = ""
    for kind, value in tokens:
        name = _class_of(kind)
        if name != open_class:
            parts.append(("</span>" if open_class else "") + (f'<span class="{name}">' if name else ""))
            open_class = name
        parts.append(escape(value))
    if open_class:
        parts.append("</span>")
    return "".join(parts)


def _rules(style: type[Style]) -> str:
    lines = []
    for kind in style.styles:
        name, look = STANDARD_TYPES.get(kind, ""), style.style_for_token(kind)
        if not name or not Light.styles[kind]:
            continue
        told = [f"color: #{look['color']};"] if look["color"] else []
        told += ["font-weight: 600;"] if look["bold"] else []
        told += ["font-style: italic;"] if look["italic"] else []
        lines.append(f".code .{name} {{ {' '.join(told)} }}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(stylesheet(), end="")  # noqa: T201
