"""What a misspelt word may have meant: the most frequent of the words that are nearest to it."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import DatabaseError, connection, transaction

from hub.index.models import Word
from hub.index.tokens import Token
from hub.index.wish import words_of_text

SHORTEST = 4
LONGEST = 30
MARKS = ("n/", "t/")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
MOST_CANDIDATES = 300


def corrected(text: str) -> str:
    """The text with its unknown words replaced by known ones; "" where there is nothing to replace."""
    words = words_of_text(text)
    known = _known(words)
    better = {token: _nearest(token.word) for token in words if not token.is_cjk and token.word not in known}
    if not any(better.values()):
        return ""
    return " ".join(better.get(token) or token.word for token in words)


def _known(words: Sequence[Token]) -> set[str]:
    marked = [mark + token.word for token in words for mark in MARKS]
    return {text[2:] for text in Word.objects.filter(text__in=marked).order_by().values_list("text", flat=True)}


def _nearest(word: str) -> str:
    """One edit away if any word is; else two, for words that are long enough. "" where no word is as near."""
    if not SHORTEST <= len(word) <= LONGEST:
        return ""
    one_away = _counted(_one_edit(word))
    if one_away:
        return max(one_away, key=lambda other: (one_away[other], other))
    near = {other: count for other, count in _alike(word) if len(other) >= SHORTEST and edits(word, other) == 2}
    return max(near, key=lambda other: (near[other], other)) if near and len(word) > SHORTEST else ""


def _counted(words: Iterable[str]) -> dict[str, int]:
    """How often each of the words occurs, of those that do."""
    marked = [mark + word for word in words for mark in MARKS]
    counts: dict[str, int] = {}
    for start in range(0, len(marked), 500):
        rows = Word.objects.filter(text__in=marked[start : start + 500]).order_by()
        for text, count in rows.values_list("text", "count"):
            counts[text[2:]] = max(count, counts.get(text[2:], 0))
    return counts


def _one_edit(word: str) -> set[str]:
    """Every word that differs by one letter, or by two neighbours that changed places."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {head + tail[1:] for head, tail in cuts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    found |= {head + letter + tail for head, tail in cuts for letter in LETTERS}
    found |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    return {other for other in found if len(other) >= SHORTEST} - {word}


def _alike(word: str) -> Iterator[tuple[str, int]]:
    """(word, count) of words that look alike; by trigrams where Postgres has them, else those of the same first letter
    and about the same length."""
    if connection.vendor == "postgresql":
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT text, count FROM index_word WHERE text %% %s ORDER BY similarity(text, %s) DESC LIMIT %s",
                    [f"n/{word}", f"n/{word}", MOST_CANDIDATES],
                )
                yield from ((text[2:], count) for text, count in cursor.fetchall())
            return
        except DatabaseError:
            pass  # without the extension, as below
    for mark in MARKS:
        rows = Word.objects.filter(text__startswith=mark + word[0], count__gte=3).order_by("-count")
        for text, count in rows.values_list("text", "count")[: 10 * MOST_CANDIDATES]:
            if abs(len(text) - 2 - len(word)) <= 2:
                yield text[2:], count


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
