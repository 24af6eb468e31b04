"""What a misspelt word may have meant: the most frequent of the words that are nearest to it."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import DatabaseError, connection, transaction

from hub.index.lookup import among
from hub.index.models import Word
from hub.index.tokens import Token
from hub.index.wish import words_of_text

SHORTEST = 4
LONGEST = 30
MARK = "t/"
"""Words of the name and of the topic have it."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
MOST_CANDIDATES = 100
LEAST_ALIKE = 0.2
"""As pg_trgm measures it: two edits in five letters leave no more in common."""


def corrected(text: str) -> str:
    """The text with its unknown words replaced by known ones; "" where there is nothing to replace."""
    words = words_of_text(text)
    known = _known(words)
    better = {token: _nearest(token.word) for token in words if not token.is_cjk and token.word not in known}
    if not any(better.values()):
        return ""
    return " ".join(better.get(token) or token.word for token in words)


def _known(words: Sequence[Token]) -> set[str]:
    return set(_counted(token.word for token in words))


def _nearest(word: str) -> str:
    """One edit away if any word is; else two, for words that are long enough. "" where no word is as near."""
    if not SHORTEST <= len(word) <= LONGEST:
        return ""
    one_away = _counted(_one_edit(word))
    if one_away:
        return max(one_away, key=lambda other: (one_away[other], other))
    if len(word) == SHORTEST:
        return ""
    near = {other: count for other, count in _alike(word) if _may_be_near(word, other) and edits(word, other) == 2}
    return max(near, key=lambda other: (near[other], other)) if near else ""


def _may_be_near(word: str, other: str) -> bool:
    """Two edits take two letters away and bring two others, at most."""
    if len(other) < SHORTEST or abs(len(word) - len(other)) > 2:
        return False
    mine, others = set(word), set(other)
    return len(mine - others) <= 2 and len(others - mine) <= 2


def _counted(words: Iterable[str]) -> dict[str, int]:
    """How often each of the words occurs, of those that do."""
    where, parameters = among("text", [MARK + word for word in words])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text, count FROM index_word WHERE {where}", parameters)  # noqa: S608
        return {text[len(MARK) :]: count for text, count in cursor.fetchall()}


def _one_edit(word: str) -> set[str]:
    """Every word that differs by one letter, or by two neighbours that changed places."""
    letters = LETTERS if word.isalpha() else LETTERS + DIGITS
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {head + tail[1:] for head, tail in cuts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    found |= {head + letter + tail for head, tail in cuts for letter in letters}
    found |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in letters}
    return {other for other in found if len(other) >= SHORTEST} - {word}


def _alike(word: str) -> Iterator[tuple[str, int]]:
    """(word, count) of words that look alike and may be two edits away; by trigrams where Postgres has them, else those
    of the same first letter."""
    if connection.vendor == "postgresql":
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_BY_TRIGRAMS, [str(LEAST_ALIKE), word, len(word), word, MOST_CANDIDATES])
                yield from cursor.fetchall()
            return
        except DatabaseError:
            pass  # without the extension, as below
    rows = Word.objects.filter(text__startswith=MARK + word[0], count__gte=3).order_by("-count")
    for text, count in rows.values_list("text", "count")[: 10 * MOST_CANDIDATES]:
        yield text[len(MARK) :], count


# The words as the index of fulltext.py has them.
_BY_TRIGRAMS = """
SELECT substr(text, 3), count FROM index_word, set_config('pg_trgm.similarity_threshold', %s, true)
WHERE text ~ '^t/[a-z]{4,30}$' AND substr(text, 3) %% %s AND abs(length(text) - 2 - %s) <= 2
ORDER BY similarity(substr(text, 3), %s) DESC LIMIT %s
"""


def edits(one: str, other: str) -> int:
    """Letters that were left out, added, changed, or swapped with their neighbour."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
