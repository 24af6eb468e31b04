"""What goes along with the bytes of a file in every dialect, so that nothing of a repo runs on the hub's own origin."""

import mimetypes
import re
from urllib.parse import quote

from hub.names import is_commit

TEXT = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"
SANDBOX = "default-src 'none'; sandbox"
"""An uploaded page must not run on the hub's own origin."""

_SHOWN = ("image/", "audio/", "video/")
_TEXTUAL = frozenset({"application/json", "application/xml", "application/javascript", "application/x-sh"})


def cache_rule(revision: str) -> str:
    """What a commit names never changes; a branch has to be asked for again."""
    return "max-age=31536000, immutable" if is_commit(revision) else "no-cache"


def content_type(path: str, is_lfs: bool) -> str:
    """Text of any kind is shown as plain text, so that nothing of a repo runs as a page or a script of ours."""
    guess, encoding = mimetypes.guess_type(path)
    if guess and guess.startswith(_SHOWN) and guess != "image/svg+xml" and not encoding:
        return guess
    is_text = guess is None or guess.startswith("text/") or guess in _TEXTUAL or guess == "image/svg+xml"
    return TEXT if is_text and not is_lfs and not encoding else BINARY


def disposition(path: str) -> str:
    """RFC 5987 for the real name, and one in ASCII for those who do not read it."""
    name = path.rpartition("/")[2]
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    return f"inline; filename*=UTF-8''{quote(name, safe='')}; filename=\"{plain}\";"
