"""What an entry is found by: words of its name (`n/llama`), of its name and topic (`t/chinese`), plain words of its
summary, and facts (`=task/text-generation`), so that a filter is just one more word of the same index.

The words of the name are there twice, so that a search for name or topic reads one list of matches and not two."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import log2
from urllib.parse import quote

from hub.index.models import Entry
from hub.index.popularity import popularity_of, tiers_of
from hub.index.query import SIZE_CLASSES
from hub.index.tokens import Token, grams, joined, tokens
from hub.index.vocabulary import BIG_LANGUAGES, KINDS, NAME_HINTS, language_names, licence_names, topic_names

MOST_WORDS = 400
MOST_TAGS = 80
MOST_LANGUAGES = 150
MOST_NAMED_LANGUAGES = 20
SEVERAL = 8
"""Languages that an entry is about; of more, it is about none."""
MOST_SUMMARY_WORDS = 80
LONGEST_FACT = 90

WORDLESS = frozenset(
    ("downloads", "likes", "trending", "created_at", "updated_at", "commit", "base_models", "vanished_at")
)
"""Columns that no word comes from, but for the marks of the popularity."""

_MAJOR = re.compile(r"(?<![\d.])(\d+)\.\d")


def words_of(entry: Entry, upstream_slug: str) -> str:
    """The words of an entry, separated by single spaces, each once, and a bounded number of them."""
    found = dict.fromkeys(_facts(entry, upstream_slug))
    names = _name_words(entry)
    found.update(dict.fromkeys(["n/" + word for word in names]))
    found.update(dict.fromkeys(["t/" + word for word in names]))
    found.update(dict.fromkeys(_topic_words(entry, names)))
    for word in [*_far_words(entry), *_summary_words(entry.summary)]:
        if f"t/{word}" not in found:
            found[word] = None
    return " ".join(list(found)[:MOST_WORDS])


@lru_cache(maxsize=100_000)
def fact(name: str, value: str) -> str:
    """A fact as a word: `=lic/apache-2.0`. Without spaces, quotes and other letters than those of URLs."""
    return f"={name}/{quote(value.strip().lower(), safe=':', errors='replace')[:LONGEST_FACT].lower()}"


def size_class(count: int) -> str:
    """The name of the SIZE_CLASSES that so many bytes are in, "" where they are not known."""
    return next((name for name, (least, below) in SIZE_CLASSES.items() if least <= count < below), "")


def parameter_step(count: float) -> int:
    """The power of two that a number of parameters reaches; marks say roughly what the row then says exactly."""
    return int(log2(count)) if count >= 1 else 0


@lru_cache(maxsize=20_000)
def name_words(text: str) -> tuple[str, ...]:
    """The words of a name, their pieces, and neighbours joined."""
    found: dict[str, None] = {}
    last: Token | None = None
    for token in tokens(text):
        found.update(dict.fromkeys(_spelled(token)))
        for before, after in zip(token.pieces, token.pieces[1:], strict=False):
            found[before + after] = None
        if last and not last.is_cjk and not token.is_cjk:
            found[last.word + token.word] = None
        last = token
    return tuple(found)


def plain_words(text: str) -> Iterator[str]:
    """Every word of a text with its pieces, repeats included."""
    for token in tokens(text):
        yield from _spelled(token)


def _spelled(token: Token) -> Iterable[str]:
    return grams(token.word) if token.is_cjk else (token.word, *token.pieces)


def _name_words(entry: Entry) -> tuple[str, ...]:
    title = name_words(entry.title) if entry.title and entry.title != entry.name else ()
    return (*name_words(entry.name), *name_words(entry.namespace), *title)


def _topic_words(entry: Entry, names: Iterable[str]) -> list[str]:
    """Marked as such: what many entries have in common is made once."""
    found = [*_kind(entry.kind), *_topic(entry.task), *_topic(entry.library), *_licence(entry.licence)]
    languages = [str(code) for code in entry.languages]
    if len(languages) <= SEVERAL:
        for code in languages:
            found += _marked_language(code)
    if len(languages) > 3:
        found += _topic("multilingual")
    for name in names:
        if name in NAME_HINTS:
            found += _hint(name)
    told = {entry.task, entry.library, *languages}
    for tag in entry.tags[:MOST_TAGS]:
        if tag not in told:
            found += _tag_topic(str(tag))
    return found


def _far_words(entry: Entry) -> Iterator[str]:
    """What is able in dozens of languages is about none of them, and Llama 3.1 is a Llama 3 to some."""
    if len(entry.languages) > SEVERAL:
        for code in _in_size_of_language(entry)[:MOST_NAMED_LANGUAGES]:
            yield from _language(code)
    yield from _MAJOR.findall(entry.name)


def _in_size_of_language(entry: Entry) -> list[str]:
    return sorted((str(code) for code in entry.languages), key=lambda code: code not in BIG_LANGUAGES)


def _says_something(tag: str) -> bool:
    """Tags such as `arxiv:1910.01108` and `license:mit` are facts, no words that somebody would look for."""
    prefix, colon, _ = tag.partition(":")
    return not (colon or prefix.endswith("_compatible"))


def _summary_words(text: str) -> list[str]:
    return list(dict.fromkeys(plain_words(text)))[:MOST_SUMMARY_WORDS] if text else []


def _facts(entry: Entry, upstream_slug: str) -> Iterator[str]:
    yield fact("kind", entry.kind)
    yield fact("up", upstream_slug)
    yield fact("by", entry.namespace)
    yield fact("is", joined(entry.name))
    yield fact("is", joined(entry.namespace + entry.name))
    yield fact("held", "yes" if entry.held else "no")
    yield fact("gated", "yes" if entry.gated else "no")
    yield from tiers_of(popularity_of(entry))
    for name, value in (("task", entry.task), ("lib", entry.library), ("lic", entry.licence)):
        if value:
            yield fact(name, value)
    if entry.bytes:
        yield fact("size", size_class(entry.bytes))
    if entry.parameters:
        yield fact("par", str(parameter_step(entry.parameters)))
    yield from [fact("lang", str(code)) for code in entry.languages[:MOST_LANGUAGES]]
    told = {entry.task, entry.library, f"license:{entry.licence}", *entry.languages}
    yield from [fact("tag", str(tag)) for tag in entry.tags[:MOST_TAGS] if tag not in told]


@lru_cache(maxsize=100)
def _kind(kind: str) -> tuple[str, ...]:
    return _topics(KINDS.get(kind, ()))


@lru_cache(maxsize=20_000)
def _topic(text: str) -> tuple[str, ...]:
    """The words of a task, library or tag, and what people call it."""
    return _topics([*name_words(text), *_all_words(topic_names(text))])


@lru_cache(maxsize=50_000)
def _tag_topic(tag: str) -> tuple[str, ...]:
    return _topic(tag) if _says_something(tag) else ()


@lru_cache(maxsize=1_000)
def _hint(name: str) -> tuple[str, ...]:
    return _topics(_all_words(NAME_HINTS[name]))


@lru_cache(maxsize=1_000)
def _language(code: str) -> tuple[str, ...]:
    return (*name_words(code), *_all_words(language_names(code)))


@lru_cache(maxsize=1_000)
def _marked_language(code: str) -> tuple[str, ...]:
    return _topics(_language(code))


@lru_cache(maxsize=1_000)
def _licence(name: str) -> tuple[str, ...]:
    return _topics([*name_words(name), *_all_words(licence_names(name))])


def _topics(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"t/{word}" for word in words))


def _all_words(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for name in names for word in plain_words(name))
