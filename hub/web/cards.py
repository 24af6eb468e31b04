"""Markdown that came with a repo, as HTML that can be shown: its card, and any other Markdown file.

The text is a stranger's. It is bounded in length and in time; raw HTML passes hub/web/taming.py, and then nh3, whose
word is the last. Images of the repo are loaded from here, all others are links. Nothing is loaded from elsewhere.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import nh3
import yaml
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from hub.web.highlighting import CLASSES, highlighted
from hub.web.taming import TAGS, Place, tame

MOST_READ = 4_000_000
"""Bytes of the file: the front matter of models with many results has a megabyte."""
MOST_BODY = 400_000
"""Characters that are rendered."""
SECONDS = 2.0
"""Of this thread's own work, so that a busy machine makes no card too slow."""
MOST_RAW = 20_000
"""Pieces of raw HTML; text with more is shown with its tags as text."""
KNOWN = ("license", "license_name", "license_link", "language", "pipeline_tag", "library_name", "base_model",
         "base_model_relation", "datasets", "metrics", "tags", "task_categories", "size_categories", "pretty_name",
         "new_version", "model_name", "domain", "tasks", "frameworks")  # fmt: skip
"""Of the front matter, what people know by these names."""

_FOOTNOTES = {"footnotes", "footnotes-list", "footnote-ref", "footnote-backref"}
_CLASSES = CLASSES | _FOOTNOTES | {"math", "task-list-item", "contains-task-list"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"title", "dir", "lang", "id", "class", "tabindex"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "p": {"align"},
    "div": {"align"},
    "ol": {"start", "reversed"},
    "details": {"open"},
}


@dataclass(frozen=True)
class Card:
    """`facts` are (name, values) of the front matter; `headings` are (anchor, text, level) with levels from 1 on.
    `note` is "" or says what was left out: "cut", "slow" (shown as plain text) or "raw" (HTML shown as text)."""

    html: SafeString
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    headings: tuple[tuple[str, str, int], ...] = ()
    note: str = ""


class _TooSlow(Exception):
    pass


def render_card(text: str, place: Place) -> Card:
    """Front matter and body of a Markdown file. Never raises for what the text says."""
    front, body = split_front_matter(text)
    facts = tuple(facts_of(front))
    note = "cut" if len(body) > MOST_BODY else ""
    body = body[:MOST_BODY]
    try:
        html, headings, is_raw = _rendered(body, _with_classes(place))
    except (_TooSlow, RecursionError, IndexError, ValueError):
        return Card(mark_safe(f'<pre class="plain" tabindex="0">{escape(body)}</pre>'), facts, (), "slow")  # noqa: S308
    return Card(html, facts, headings, note or ("raw" if is_raw else ""))


def split_front_matter(text: str) -> tuple[str, str]:
    """The YAML between the two lines of dashes at the very beginning, and the rest."""
    text = text.removeprefix("\ufeff")
    opening = re.match(r"---[ \t]*\r?\n", text)
    if opening is None:
        return "", text
    closing = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE).search(text, opening.end())
    if closing is None:
        return "", text
    return text[opening.end() : closing.start()], text[closing.end() :].lstrip("\r\n")


def facts_of(front: str) -> list[tuple[str, tuple[str, ...]]]:
    """What the front matter says under KNOWN names. Each entry is parsed by itself, and only where it is small: the
    rest may be results of a thousand benchmarks, or made to be slow."""
    found: dict[str, tuple[str, ...]] = {}
    starts = list(re.finditer(r"^([a-z_]{1,40})[ \t]*:", front, re.MULTILINE))
    ends = [*(start.start() for start in starts[1:]), len(front)]
    for start, end in zip(starts, ends, strict=False):
        if start[1] in KNOWN and end - start.start() <= 4000:
            values = _values(front[start.start() : end], start[1])
            if values:
                found.setdefault(start[1], values)
    return list(found.items())


def clean(html: str) -> SafeString:
    """The last word: whatever else went wrong, only these tags and attributes reach a browser."""
    return mark_safe(  # noqa: S308
        nh3.clean(
            html,
            tags=set(TAGS),
            attributes=_ATTRIBUTES,
            clean_content_tags={"script", "style"},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
            strip_comments=True,
        )
    )


def _values(entry: str, name: str) -> tuple[str, ...]:
    if entry.count("[") + entry.count("{") + entry.count("&") > 50:
        # Neither nested without end nor full of anchors: both are slow to take apart, and no fact of a repo needs them.
        return ()
    try:
        told = yaml.safe_load(entry)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError):
        return ()
    value = told.get(name) if isinstance(told, dict) else None
    many = value if isinstance(value, list) else [value]
    return tuple(str(one)[:200] for one in many[:100] if isinstance(one, str | int | float) and str(one).strip())


def _with_classes(place: Place) -> Place:
    return Place(place.link, place.picture, place.outside, place.picture_note, place.prefix, _CLASSES, place.top)


def _rendered(body: str, place: Place) -> tuple[SafeString, tuple[tuple[str, str, int], ...], bool]:
    parser = _parser(time.thread_time() + SECONDS)
    tokens = parser.parse(body)
    if is_raw := _raw_pieces(tokens) > MOST_RAW:
        parser.options["html"] = False
        tokens = parser.parse(body)
    headings = _anchor(tokens, place.prefix)
    _align(tokens)
    return clean(tame(parser.renderer.render(tokens, parser.options, {}), place)), headings, is_raw


def _parser(end: float) -> MarkdownIt:
    """CommonMark with what the hubs' own pages understand besides, and a watch in every rule chain."""
    parser = MarkdownIt(
        "commonmark", {"html": True, "linkify": False, "highlight": _highlighting(end), "maxNesting": 20}
    )
    parser.enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(tasklists_plugin)
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    parser.add_render_rule("math_inline", _math("", ""))
    parser.add_render_rule("math_inline_double", _math("", ""))
    parser.add_render_rule("math_block", _math("<pre>", "</pre>\n"))
    parser.inline.ruler.before("text", "watch", _inline_watch(end))
    parser.inline.ruler2.before("balance_pairs", "watch", _watch_pairs(end))
    parser.block.ruler.before("table", "watch", _block_watch(end))
    return parser


def _inline_watch(end: float) -> Callable[[StateInline, bool], bool]:
    def watch(state: StateInline, silent: bool) -> bool:
        _look(end)
        return False

    return watch


def _watch_pairs(end: float) -> Callable[[StateInline], None]:
    def watch(state: StateInline) -> None:
        _look(end)

    return watch


def _block_watch(end: float) -> Callable[[StateBlock, int, int, bool], bool]:
    def watch(state: StateBlock, start: int, last: int, silent: bool) -> bool:
        _look(end)
        return False

    return watch


def _look(end: float) -> None:
    if time.thread_time() > end:
        raise _TooSlow


def _highlighting(end: float) -> Callable[[str, str, str], str]:
    """All blocks of a text share its time."""

    def highlight(code: str, language: str, attributes: str) -> str:
        left = max(0.0, end - time.thread_time())
        return f'<pre class="code"><code>{highlighted(code, language, left)}</code></pre>\n'

    return highlight


def _math(before: str, after: str) -> Callable[..., str]:
    """Formulas stay as they were written: readable, and nothing in them is taken for emphasis."""

    def render(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return f'{before}<code class="math">{escape(tokens[index].content.strip())}</code>{after}'

    return render


def _raw_pieces(tokens: Sequence[Token]) -> int:
    total = 0
    for token in tokens:
        if token.type == "html_block":
            total += token.content.count("<")
        for child in token.children or ():
            total += child.type == "html_inline"
    return total


def _anchor(tokens: Sequence[Token], prefix: str) -> tuple[tuple[str, str, int], ...]:
    """Gives every heading an id, distinct in the text; `tame` puts the prefix before it."""
    found: list[tuple[str, str, int]] = []
    times: dict[str, int] = {}
    for opening, content in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = "".join(child.content for child in content.children or () if child.type in ("text", "code_inline"))
        base = slugify(text, allow_unicode=True)[:80] or "section"
        times[base] = times.get(base, 0) + 1
        anchor = base if times[base] == 1 else f"{base}-{times[base] - 1}"
        opening.attrSet("id", anchor)
        if text.strip():
            found.append((f"{prefix}{anchor}", text.strip()[:120], int(opening.tag[1])))
    return tuple(found[:200])


def _align(tokens: Sequence[Token]) -> None:
    """Tables of Markdown say their alignment in a style, which the page's policy forbids."""
    for token in tokens:
        if token.type in ("th_open", "td_open") and isinstance(style := token.attrs.pop("style", None), str):
            token.attrSet("align", style.rpartition(":")[2].strip())
