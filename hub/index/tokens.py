"""Cuts text into the words that entries and queries have in common.

An id is written in many ways: Qwen2.5-VL, qwen25, "qwen 2.5". So a word is kept whole and in the pieces it shows by
letter case and digits, a dot between digits says nothing, and neighbours in a name are also kept joined. Chinese,
Japanese and Korean have no spaces: their runs are cut into all pairs of neighbouring characters.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 60
"""Characters of a word; what is longer is cut."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0002fa1f"
_WORD = re.compile(rf"[{_CJK}]+|(?:[^\W_{_CJK}]|(?<=\d)\.(?=\d))+")
_CJK_RUN = re.compile(rf"[{_CJK}]+")
_PIECE = re.compile(r"\d+(?:\.\d+)*|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_NO_ASCII_WORD = re.compile(r"[^a-z0-9]+")
_ONE_LETTER = re.compile(r"[A-Za-z]")
_NO_PLURAL = ("ss", "us", "is", "as", "os")


@dataclass(frozen=True)
class Token:
    """A word as it stands, in lower case, and the pieces it is made of; none where it is all one piece."""

    word: str
    pieces: tuple[str, ...] = ()
    is_cjk: bool = False


def tokens(text: str) -> list[Token]:
    """The words of a text, in their order, repeats included."""
    return [_token(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text))]


def grams(run: str) -> list[str]:
    """The pairs of neighbouring characters; a lone character as it is."""
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


def joined(text: str) -> str:
    """All letters and digits of a text in lower case and nothing between them: `BGE-M3` and `bge m3` are `bgem3`."""
    if text.isascii():
        return _NO_ASCII_WORD.sub("", text.lower())
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


@lru_cache(maxsize=50_000)
def _token(word: str) -> Token:
    if _CJK_RUN.fullmatch(word):
        return Token(word[:LONGEST], is_cjk=True)
    pieces = tuple(_plain(piece) for piece in _whole_sizes(_PIECE.findall(word)))
    return Token(_plain(word), pieces if len(pieces) > 1 else ())


def _plain(word: str) -> str:
    """Lower case, singular, no dots."""
    word = word.replace(".", "").casefold()[:LONGEST]
    if len(word) > 3 and word.endswith("s") and not word.endswith(_NO_PLURAL) and word.isalpha():
        return word[:-1]
    return word


def _whole_sizes(pieces: list[str]) -> list[str]:
    """One letter beside digits belongs to them: 7B, v2, A3B and 8x7B are no two words."""
    merged: list[str] = []
    for piece in pieces:
        last = merged[-1] if merged else ""
        one = bool(_ONE_LETTER.fullmatch(piece)) and last[-1:].isdigit()
        if last and (one or (piece[0].isdigit() and _ends_in_one_letter(last))):
            merged[-1] = last + piece
        else:
            merged.append(piece)
    return merged


def _ends_in_one_letter(piece: str) -> bool:
    return piece[-1].isalpha() and (len(piece) == 1 or piece[-2].isdigit())
