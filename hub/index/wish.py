"""Reads a query: what somebody wrote and chose becomes conditions over the words of entries."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from hub.index.query import Query
from hub.index.terms import Condition, Every, Has, demands, every, some, without
from hub.index.tokens import Token, grams, joined, tokens
from hub.index.vocabulary import STOP_WORDS, cjk_words
from hub.index.words import fact, parameter_step

LONGEST_TEXT = 300
MOST_WORDS = 12
LEAST_PREFIX = 3
"""Letters of a beginning; one less behind other words."""

_MARKS_BY_CLASS = {"name": ("n/",), "topic": ("t/",), "any": ("t/", "")}


@dataclass(frozen=True)
class Wish:
    """`any`, `topic` and `name` are ever narrower: every word is somewhere, in name or topic, in the name. `exact`
    is the name or id itself. All are None where no text was written; `facts` is None where nothing was chosen.

    `checked` is a demand that is looked at in what meets the others, and not looked up itself."""

    facts: Condition | None = None
    any: Condition | None = None
    topic: Condition | None = None
    name: Condition | None = None
    exact: Condition | None = None
    words: tuple[Token, ...] = ()
    parameters: tuple[float, float] | None = None
    checked: Condition | None = None

    @property
    def all(self) -> Condition | None:
        return every((self.any, self.facts))

    def within(self, condition: Condition | None) -> Condition | None:
        return every((condition, self.facts))

    def demands(self, condition: Condition | None) -> list[Condition]:
        """What an entry has to meet for it that is not named exactly so."""
        return demands(without(condition, self.exact) if condition and self.exact else condition)


def wish_of(query: Query, prefix: bool = False) -> Wish:
    """`prefix`: the last word may be the beginning of one."""
    words = words_of_text(query.text)
    least = LEAST_PREFIX if len(words) == 1 else LEAST_PREFIX - 1
    is_open = prefix and bool(words) and not words[-1].is_cjk and len(words[-1].word) >= least
    made = {
        name: every(_word(words, at, marks, is_open and at == len(words) - 1) for at in range(len(words)))
        for name, marks in _MARKS_BY_CLASS.items()
    }
    whole = joined(query.text[:LONGEST_TEXT])
    exact = Has(fact("is", whole)) if words and whole else None
    # The name itself may be made of words that are left out of a search, such as "me".
    anywhere = some([made["any"], exact]) if made["any"] and exact else made["any"]
    return Wish(_facts(query), anywhere, made["topic"], made["name"], exact, words, query.parameters)


def words_of_text(text: str) -> tuple[Token, ...]:
    """The words that are searched for, each once; what says nothing is left out, if there is anything else."""
    found = [part for token in tokens(text[:LONGEST_TEXT]) for part in _cut(token)]
    telling = [token for token in found if token.word not in STOP_WORDS] or found
    return tuple(dict.fromkeys(telling))[:MOST_WORDS]


def _word(words: Sequence[Token], at: int, marks: Sequence[str], is_open: bool) -> Condition:
    """A word as it is, in its pieces, or joined with a neighbour."""
    token = words[at]
    if token.is_cjk:
        return Every(tuple(_marked(gram, marks) for gram in grams(token.word)), is_word=True)
    ways: list[Condition] = [Has(mark + token.word) for mark in marks]
    if is_open:
        ways += [Has(mark + token.word, is_prefix=True) for mark in marks if mark]
    if token.pieces:
        ways.append(Every(tuple(_marked(piece, marks) for piece in token.pieces), is_word=True))
    for one, other in pairwise(words):
        if token in (one, other) and not one.is_cjk and not other.is_cjk:
            ways.append(Has("n/" + one.word + other.word))
    return some(ways)


def _marked(word: str, marks: Iterable[str]) -> Condition:
    return some(Has(mark + word) for mark in marks)


def _cut(token: Token) -> list[Token]:
    """Chinese has no spaces: known words are cut out of a run, and what is between them stays."""
    if not token.is_cjk:
        return [token]
    return [Token(part, is_cjk=True) for part in _cjk_pattern().split(token.word) if part]


@lru_cache(maxsize=1)
def _cjk_pattern() -> re.Pattern[str]:
    words = sorted(cjk_words(), key=len, reverse=True)
    return re.compile(f"({'|'.join(words)})")


def _facts(query: Query) -> Condition | None:
    chosen: list[tuple[str, Iterable[str]]] = [
        ("kind", query.kinds),
        ("up", query.upstreams),
        ("by", query.authors),
        ("task", query.tasks),
        ("lib", query.libraries),
        ("lic", query.licences),
        ("lang", query.languages),
        ("size", query.sizes),
    ]
    facts: list[Condition] = [some(Has(fact(name, value)) for value in values) for name, values in chosen if values]
    facts += [_tag(tag) for tag in query.tags]
    facts += [
        Has(fact(name, "yes" if value else "no"))
        for name, value in (("held", query.held), ("gated", query.gated))
        if value is not None
    ]
    if query.parameters:
        facts.append(_parameters(*query.parameters))
    return every(facts)


def _tag(tag: str) -> Condition:
    """Hubs have tasks, libraries, languages and licences among the tags too."""
    prefix, colon, value = tag.partition(":")
    if colon and prefix.lower() == "license":
        return some([Has(fact("lic", value)), Has(fact("tag", tag))])
    if colon:
        return Has(fact("tag", tag))
    return some(Has(fact(name, tag)) for name in ("tag", "task", "lib", "lang"))


def _parameters(least: float, most: float) -> Condition:
    first, last = (parameter_step(min(max(bound, 1), 1e18)) for bound in (least, most))
    return some(Has(fact("par", str(step))) for step in range(first, max(first, last) + 1))
