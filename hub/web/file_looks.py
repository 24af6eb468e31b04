"""What the page of a file shows of its inside. Only verified bytes that are held are read, and only some of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from hub.catalog.memory import Memory
from hub.catalog.models import RepoFile, Revision
from hub.catalog.previews import gguf, parquet, pickles, safetensors, tokenizer
from hub.catalog.previews.kinds import Look, look_of, text_in
from hub.catalog.previews.reading import Unreadable, head_of, held_bytes
from hub.errors import HubError
from hub.web.cards import MOST_READ, render_card
from hub.web.highlighting import MOST, highlighted, language_of
from hub.web.repo_place import place_of
from hub.web.spoken import spoken

MOST_TEXT = 512_000
"""Bytes of a text that are shown."""
LONG_LINE = 2000
"""Characters. JSON with a longer line was not made for people, and is laid out anew."""

_found: Memory[tuple[str, str], Any] = Memory(64)
"""What the binary formats said, by digest: their readers take a second where a file is large."""


@dataclass(frozen=True)
class Inside:
    """`look` names the template; `shown` is what it shows. `trouble` says why nothing is shown, if so; `source` is the
    text of it where people may want to see that as well."""

    look: Look
    shown: Any = None
    trouble: str = ""
    source: "Source | None" = None


@dataclass(frozen=True)
class Source:
    """Highlighted text, and how many lines it has. `is_cut` where the file goes on."""

    html: SafeString
    lines: int
    language: str
    is_cut: bool = False

    @property
    def numbers(self) -> str:
        return "\n".join(str(number) for number in range(1, self.lines + 1))


def inside_of(file: RepoFile, revision: Revision) -> Inside:
    """Never raises for what a file holds: bytes that are not what their name says are told in a sentence."""
    look = look_of(file.path)
    if file.blob is None or look is Look.NONE:
        return Inside(Look.NONE)
    try:
        return _READERS[look](file, revision)
    except HubError as error:
        return Inside(look, trouble=spoken(error))


def _digest(file: RepoFile) -> str:
    return file.blob.sha256 if file.blob else ""


def _kept(look: Look, file: RepoFile, read: Callable[[], Any]) -> Any:
    key = (_digest(file), look.value)
    found = _found.get(key)
    if found is None:
        found = read()
        _found.put(key, found)
    return found


def _read(file: RepoFile, most: int) -> bytes:
    return head_of(_digest(file), file.size, most)


def _safetensors(file: RepoFile, revision: Revision) -> Inside:
    def read() -> safetensors.Header:
        with held_bytes(_digest(file), file.size, safetensors.MOST_HEADER + 8) as bytes_:
            return safetensors.read_header(bytes_)

    return Inside(Look.SAFETENSORS, _kept(Look.SAFETENSORS, file, read))


def _gguf(file: RepoFile, revision: Revision) -> Inside:
    def read() -> gguf.Header:
        with held_bytes(_digest(file), file.size, gguf.MOST_READ) as bytes_:
            return gguf.read_header(bytes_)

    return Inside(Look.GGUF, _kept(Look.GGUF, file, read))


def _parquet(file: RepoFile, revision: Revision) -> Inside:
    def read() -> parquet.Head:
        with held_bytes(_digest(file), file.size, parquet.MOST_READ) as bytes_:
            return parquet.read_head(bytes_)

    return Inside(Look.PARQUET, _kept(Look.PARQUET, file, read))


def _pickle(file: RepoFile, revision: Revision) -> Inside:
    def read() -> pickles.Imports:
        with held_bytes(_digest(file), file.size, pickles.MOST_READ) as bytes_:
            return pickles.read_imports(bytes_)

    return Inside(Look.PICKLE, _kept(Look.PICKLE, file, read))


def _tokenizer(file: RepoFile, revision: Revision) -> Inside:
    if file.size > tokenizer.MOST_BYTES:
        raise Unreadable("the tokenizer is too large to be looked into", "download it instead")
    return Inside(
        Look.TOKENIZER,
        _kept(Look.TOKENIZER, file, lambda: tokenizer.read_tokenizer(_read(file, tokenizer.MOST_BYTES))),
    )


def _tokenizer_config(file: RepoFile, revision: Revision) -> Inside:
    if file.size > MOST_TEXT * 4:
        return _text(file, revision)
    config = tokenizer.read_config(_read(file, MOST_TEXT * 4))
    templates = [(one, _source(one.text[:MOST], "jinja", len(one.text) > MOST)) for one in config.templates]
    shown = {"config": config, "templates": templates}
    return Inside(Look.TOKENIZER_CONFIG, shown, source=_text(file, revision).source)


def _json(file: RepoFile, revision: Revision) -> Inside:
    """As it was written, or laid out anew where that is all on one line."""
    inside = _text(file, revision)
    if file.size > MOST_TEXT or inside.source is None:
        return inside
    text = text_in(_read(file, MOST_TEXT)) or ""
    if max((len(line) for line in text.splitlines()), default=0) <= LONG_LINE and ("\n" in text or len(text) < 80):
        return inside
    try:
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return inside
    return Inside(Look.JSON, source=_source(text[:MOST_TEXT], "json", len(text) > MOST_TEXT))


def _text(file: RepoFile, revision: Revision) -> Inside:
    text = text_in(_read(file, MOST_TEXT))
    if text is None:
        raise Unreadable("the file is no text, whatever its name says", "download it to look into it")
    return Inside(Look.TEXT, source=_source(text, language_of(file.path), file.size > MOST_TEXT))


def _markdown(file: RepoFile, revision: Revision) -> Inside:
    text = text_in(_read(file, MOST_READ))
    if text is None:
        raise Unreadable("the file is no text, whatever its name says", "download it to look into it")
    card = render_card(text, place_of(revision, file.path.rpartition("/")[0]))
    source = _source(text[:MOST_TEXT], "markdown", len(text) > MOST_TEXT)
    return Inside(Look.MARKDOWN, card, source=source)


def _image(file: RepoFile, revision: Revision) -> Inside:
    return Inside(Look.IMAGE)


def _source(text: str, language: str, is_cut: bool) -> Source:
    text = text.removesuffix("\n")
    return Source(highlighted(text, language), text.count("\n") + 1, language, is_cut)


_READERS: dict[Look, Callable[[RepoFile, Revision], Inside]] = {
    Look.SAFETENSORS: _safetensors,
    Look.GGUF: _gguf,
    Look.PARQUET: _parquet,
    Look.PICKLE: _pickle,
    Look.TOKENIZER: _tokenizer,
    Look.TOKENIZER_CONFIG: _tokenizer_config,
    Look.JSON: _json,
    Look.MARKDOWN: _markdown,
    Look.TEXT: _text,
    Look.IMAGE: _image,
}
