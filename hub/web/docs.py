"""The pages under `/-/docs/`: the Markdown files of hub/docs, as HTML."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = Path(__file__).resolve().parent.parent / "docs"
ORDER = ("index", "clients", "tools", "api", "operator", "decisions", "benchmarks")


@dataclass(frozen=True)
class Doc:
    """One page; `headings` are (anchor, text) of its second level."""

    name: str
    title: str
    html: SafeString
    headings: tuple[tuple[str, str], ...]


@require_safe
def docs(request: HttpRequest, name: str = "index") -> HttpResponse:
    if name not in ORDER:
        raise Http404(gettext("There is no page %(name)s in the documentation.") % {"name": repr(name)})
    return render(request, "web/docs.html", {"doc": doc(name), "pages": [doc(other) for other in ORDER]})


@cache
def doc(name: str) -> Doc:
    """The files come with the program, so they are rendered once for each process."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = parser.parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    headings = list(_anchor_headings(tokens))
    _point_links_at_pages(tokens)
    # The text is ours, and raw HTML in it is escaped by the parser.
    html = mark_safe(parser.renderer.render(tokens, parser.options, {}))  # noqa: S308
    title = next((text for level, _, text in headings if level == "h1"), name.capitalize())
    return Doc(name, title, html, tuple((anchor, text) for level, anchor, text in headings if level == "h2"))


def _anchor_headings(tokens: Sequence[Token]) -> list[tuple[str, str, str]]:
    """Gives every heading an id, distinct on the page; returns (tag, id, text)."""
    found: list[tuple[str, str, str]] = []
    for opening, content in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = "".join(child.content for child in content.children or [])
        base = slugify(text) or "section"
        taken = {anchor for _, anchor, _ in found}
        anchor = next(name for name in [base, *(f"{base}-{n}" for n in range(2, 100))] if name not in taken)
        opening.attrSet("id", anchor)
        found.append((opening.tag, anchor, text))
    return found


def _point_links_at_pages(tokens: Sequence[Token]) -> None:
    """`clients.md#tokens` is right in a checkout, `clients#tokens` on the site."""
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open" and isinstance(href := child.attrGet("href"), str):
                child.attrSet("href", re.sub(r"^([a-z]+)\.md(#|$)", r"\1\2", href))
