"""HTML that strangers wrote, made small and flat enough to be shown: one pass in linear time, over text of any shape.

Only known tags and attributes come out, properly nested and never deeper than DEPTH. That is for the sanitizer behind
it as much as for the browser: a parser of HTML takes minutes for a hundred thousand nested tags, and endless memory for
formatting that is never closed. Whether what comes out is safe is for nh3 to say (hub/web/cards.py).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape

DEPTH = 40
MOST_ATTRIBUTE = 2000

_BLOCK_NAMES = (
    "p h1 h2 h3 h4 h5 h6 pre blockquote ul ol li dl dt dd table thead tbody tfoot tr th td caption details summary div "
    "section figure figcaption hr"
)
_INLINE_NAMES = (
    "a em strong b i u s del ins sub sup code kbd samp var q cite abbr small mark span br img wbr ruby rt rp dfn"
)
_BLOCKS, _INLINE = frozenset(_BLOCK_NAMES.split()), frozenset(_INLINE_NAMES.split())
TAGS = _BLOCKS | _INLINE
_VOID = frozenset({"br", "hr", "img", "wbr"})
_RENAMED = {"center": "div", "font": "span", "tt": "code", "strike": "s", "big": "span", "article": "div"}
_SILENT_NAMES = (
    "script style template iframe object svg math textarea title select noembed noframes noscript xmp head "
    "canvas audio map applet"
)
_SILENT = frozenset(_SILENT_NAMES.split())
"""Gone with everything in them."""

_CLOSES = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "tr": frozenset({"tr", "td", "th"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
}
"""Authors leave out these ends: what opens closes the last of those, as long as no _HOLDER lies between."""
_HOLDERS = frozenset({"ul", "ol", "dl", "table", "blockquote", "details", "div"})

_PLAIN = {
    "*": frozenset({"title", "dir", "lang"}),
    "td": frozenset({"colspan", "rowspan", "align"}),
    "th": frozenset({"colspan", "rowspan", "align"}),
    "p": frozenset({"align"}),
    "div": frozenset({"align"}),
    "ol": frozenset({"start", "reversed"}),
    "details": frozenset({"open"}),
}
_VALUES = {
    "align": re.compile(r"left|right|center"),
    "colspan": re.compile(r"[1-9]\d?"),
    "rowspan": re.compile(r"[1-9]\d{0,2}"),
    "start": re.compile(r"\d{1,9}"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z-]{1,20}"),
}

_TAG = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9]{0,30})((?:[^<>\"']++|\"[^\"<]{0,20000}\"|'[^'<]{0,20000}')*+)>", re.DOTALL
)
_ATTRIBUTE = re.compile(r"([A-Za-z][\w:-]{0,50})(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?")

Attributes = Mapping[str, str]
Classes = Callable[[str, str], str]


@dataclass(frozen=True)
class Place:
    """Where links and images of the text lead. Each function takes what the text says and returns an address of ours or
    a full one, "" where it leads nowhere."""

    link: Callable[[str], str]
    picture: Callable[[str], str]
    outside: Callable[[str], str]
    """The full address of a picture that is not ours."""
    picture_note: str = "an image from elsewhere, which is not loaded"
    prefix: str = "card-"
    classes: frozenset[str] = frozenset()
    top: int = 2
    """The level of the text's highest heading."""


@dataclass
class _Page:
    """What has been written so far, and the tags that are open."""

    place: Place
    out: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    level: int = 1
    levels: list[int] = field(default_factory=list)

    def text(self, text: str) -> None:
        if text:
            self.out.append(escape(unescape(text), quote=False))

    def start(self, tag: str, attributes: Attributes) -> None:
        tag = _RENAMED.get(tag, tag)
        if tag == "input":
            self._checkbox(attributes)
        elif tag == "img":
            self._picture(attributes)
        elif tag == "video":
            self._film(attributes)
        elif tag in TAGS and (tag in _VOID or len(self.open) < DEPTH):
            self._element(tag, attributes)

    def end(self, tag: str) -> None:
        tag = _RENAMED.get(tag, tag)
        if tag in self.open:
            while self.open and self._pop() != tag:
                pass

    def close(self) -> str:
        while self.open:
            self._pop()
        return "".join(self.out)

    def _element(self, tag: str, attributes: Attributes) -> None:
        self._close_implied(tag)
        if tag == "a" and "a" in self.open:
            self.end("a")
        written = "".join(self._attributes(tag, attributes))
        if tag == "table":
            self.out.append('<div class="scroll" tabindex="0">')
        self.out.append(f"<{self._name(tag)}{written}>")
        if tag not in _VOID:
            self.open.append(tag)

    def _close_implied(self, tag: str) -> None:
        if self.open and self.open[-1] == "p" and tag in _BLOCKS:
            self._pop()
        for here in reversed(self.open):
            if here in _CLOSES.get(tag, ()):
                self.end(here)
                if here in ("td", "th") and tag == "tr":
                    self._close_implied(tag)
                return
            if here in _HOLDERS:
                return

    def _name(self, tag: str) -> str:
        """Headings go down below the page's own, and never skip a level."""
        if not re.fullmatch(r"h[1-6]", tag):
            return tag
        self.level = min(int(tag[1]) + self.place.top - 1, self.level + 1, 6)
        self.levels.append(self.level)
        return f"h{self.level}"

    def _pop(self) -> str:
        tag = self.open.pop()
        name = f"h{self.levels.pop()}" if re.fullmatch(r"h[1-6]", tag) else tag
        self.out.append(f"</{name}>" + ("</div>" if tag == "table" else ""))
        return tag

    def _attributes(self, tag: str, told: Attributes) -> list[str]:
        kept = []
        for name in (*_PLAIN["*"], *_PLAIN.get(tag, ())):
            value = told.get(name)
            rule = _VALUES.get(name)
            if value is not None and (rule is None or rule.fullmatch(value)):
                kept.append(_written(name, value))
        classes = " ".join(one for one in told.get("class", "").split() if one in self.place.classes)
        if tag == "pre":
            kept.append(' class="code" tabindex="0"')
        elif classes:
            kept.append(_written("class", classes))
        anchor = told.get("id") or (told.get("name") if tag == "a" else "")
        if anchor and (own := self._own_id(anchor)):
            kept.append(_written("id", own))
        if tag == "a" and (address := self.place.link(told.get("href", ""))):
            kept.append(_written("href", address))
        return kept

    def _own_id(self, anchor: str) -> str:
        own = self.place.prefix + re.sub(r"\s", "-", anchor)[:100]
        if own in self.ids:
            return ""
        self.ids.add(own)
        return own

    def _checkbox(self, told: Attributes) -> None:
        if told.get("type") == "checkbox":
            self.out.append("☑" if "checked" in told else "☐")

    def _picture(self, told: Attributes) -> None:
        alt, source = told.get("alt", ""), told.get("src", "")
        if address := self.place.picture(source):
            size = "".join(_written(name, told[name]) for name in ("width", "height") if _is_length(told.get(name)))
            self.out.append(f'<img{_written("src", address)}{_written("alt", alt)}{size} loading="lazy">')
        else:
            self._instead(alt, source)

    def _film(self, told: Attributes) -> None:
        if source := told.get("src", ""):
            self._instead(told.get("title", ""), source)

    def _instead(self, alt: str, source: str) -> None:
        """A link to what is not loaded; inside of a link, its words alone."""
        address = self.place.outside(source)
        shown = alt.strip() or address.rpartition("/")[2][:60] or ("image" if address else "")
        note = _written("title", self.place.picture_note)
        if not address or "a" in self.open:
            self.out.append(f'<span class="elsewhere"{note}>{escape(shown, quote=False)}</span>' if shown else "")
        else:
            start = f'<a class="elsewhere"{_written("href", address)}{note}>'
            self.out.append(f"{start}{escape(shown, quote=False)}</a>")


def tame(html: str, place: Place) -> str:
    """The same text, in known tags that are all closed. Takes time in proportion to its length."""
    page = _Page(place)
    absent: set[str] = set()
    at = 0
    while True:
        begin = html.find("<", at)
        if begin < 0:
            page.text(html[at:])
            return page.close()
        page.text(html[at:begin])
        at = _past(html, begin, page, absent)


def _past(html: str, begin: int, page: _Page, absent: set[str]) -> int:
    """Takes what begins at the "<", and returns where it ends. What has no end once has none later either: `absent`
    remembers, so that the rest is not searched again and again."""
    for start, end in (("<!--", "-->"), ("<!", ">"), ("<?", ">")):
        if html.startswith(start, begin):
            found = -1 if end in absent else html.find(end, begin)
            if found >= 0:
                return found + len(end)
            absent.add(end)
    tag = _TAG.match(html, begin)
    if tag is None:
        page.text("&lt;")
        return begin + 1
    name = tag[2].lower()
    if name in _SILENT:
        return tag.end() if tag[1] else _past_silent(html, name, tag.end(), absent)
    if tag[1]:
        page.end(name)
    else:
        page.start(name, _told(tag[3]))
    return tag.end()


def _past_silent(html: str, name: str, begin: int, absent: set[str]) -> int:
    if name in absent:
        return begin
    found = re.compile(rf"</{name}[^<>]{{0,1000}}>", re.IGNORECASE).search(html, begin)
    if found is None:
        absent.add(name)
        return begin
    return found.end()


def _told(text: str) -> dict[str, str]:
    """The attributes of a tag, of which the first of each name counts."""
    told: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text[:20_000]):
        value = match[2] or ""
        value = value[1:-1] if value[:1] in ("'", '"') else value
        told.setdefault(match[1].lower(), unescape(value)[:MOST_ATTRIBUTE])
    return told


def _written(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"'


def _is_length(value: str | None) -> bool:
    return bool(value and re.fullmatch(r"\d{1,4}(px|%)?", value))
