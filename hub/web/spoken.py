"""What the rooms below say, in the language of the page: they know no languages, and wording.py lists their words.

A sentence that nobody has listed, or that came from elsewhere, stays as it is.
"""

import re

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext

from hub.errors import HubError
from hub.web import wording

LONGEST = 600
"""Characters. What is longer was not written here."""

_WORDS = {form: word for word in wording.WORDS for form in (word, word.lower())}


def _pattern(sentence: str) -> re.Pattern[str]:
    """`the file has more than %(lines)s lines` fits that sentence with anything in its place."""
    pieces = re.split(r"%\((\w+)\)s", sentence)
    places = [f"(?P<{piece}>.*?)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)]
    return re.compile("".join(places), re.DOTALL)


_SENTENCES = [(_pattern(sentence), sentence) for sentence in wording.SENTENCES]


def spoken(said: str | Promise | HubError) -> str:
    """An error becomes its sentence and its next step, like its `words`."""
    if isinstance(said, HubError):
        return _error(said)
    text = str(said)
    if (get_language() or "en").startswith("en") or not text or len(text) > LONGEST:
        return text
    return _word(text) or _full_stop(text) or _sentence(text) or _clauses(text) or text


def _error(error: HubError) -> str:
    sentence, step = spoken(error.sentence), spoken(error.next_step)
    if (sentence, step) == (error.sentence, error.next_step):
        return error.words
    ended = [_ended(words, was) for words, was in ((sentence, error.sentence), (step, error.next_step)) if words]
    return gettext("%(first)s %(second)s") % {"first": ended[0], "second": ended[1]} if len(ended) > 1 else ended[0]


def _ended(words: str, was: str) -> str:
    """As a sentence; what is not translated as English ones are written."""
    if words != was:
        return gettext("%(sentence)s.") % {"sentence": words}
    return HubError(words).words if "://" not in words[-200:] else words


def _known(text: str) -> str:
    """ "" for what nobody has listed."""
    return _word(text) or _sentence(text)


def _clauses(text: str) -> str:
    """Several of them in a row."""
    clauses = [_known(clause) for clause in text.split("; ")]
    return gettext("; ").join(clauses) if all(clauses) else ""


def _full_stop(text: str) -> str:
    """A clause that was made a sentence."""
    clause = _known(text[:1].lower() + text[1:-1]) if text.endswith(".") else ""
    return clause and gettext("%(sentence)s.") % {"sentence": clause}


def _word(text: str) -> str:
    return gettext(_WORDS[text]) if text in _WORDS else ""


def _sentence(text: str) -> str:
    for pattern, sentence in _SENTENCES:
        if found := pattern.fullmatch(text):
            return gettext(sentence) % {name: _value(value) for name, value in found.groupdict().items()}
    return ""


def _value(text: str) -> str:
    """What stands in a sentence: perhaps one too, or `model acme/zoo`."""
    words = spoken(text)
    kind, space, name = text.partition(" ")
    return f"{gettext(kind)} {name}" if words == text and space and kind in wording.KINDS else words
