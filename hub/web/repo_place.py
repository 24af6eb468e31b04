"""Where links and images in a repo's Markdown lead: to this hub where it has what they name, else to where they say."""

import posixpath
import re
from collections.abc import Callable
from urllib.parse import SplitResult, unquote, urlsplit

from django.utils.translation import gettext

from hub.catalog.models import Repo, RepoFile, Revision
from hub.catalog.previews.kinds import PICTURES
from hub.catalog.shelves import Pin
from hub.catalog.trees import Leaf, Tree, tree_of
from hub.errors import BadName
from hub.names import parse_path
from hub.web.repo_addresses import bytes_address, file_page, folder_page
from hub.web.taming import Place

MOST_PICTURES = 300
_OWN_VERBS = frozenset({"resolve", "blob", "raw", "tree"})


def place_of(revision: Revision, folder: str = "") -> Place:
    """For a text that lies in `folder` of the revision."""
    signs = _Signs(revision, folder)
    return Place(
        link=signs.link,
        picture=signs.picture,
        outside=signs.outside,
        picture_note=gettext("An image from elsewhere, which is not loaded"),
    )


class _Signs:
    def __init__(self, revision: Revision, folder: str) -> None:
        self.revision = revision
        self.repo: Repo = revision.repo
        self.folder = folder
        self.upstream = urlsplit(self.repo.upstream.url)
        self.left = MOST_PICTURES
        self._tree: Callable[[], Tree] = lambda: tree_of(Pin(revision.pk, revision.commit))

    def link(self, text: str) -> str:
        text = _tidied(text)
        if text.startswith("#"):
            return f"#card-{text[1:]}" if len(text) > 1 else ""
        parts = _split(text)
        if parts is None or not text:
            return ""
        if parts.scheme == "mailto":
            return text
        if path := self._own_path(parts):
            anchor = f"#card-{parts.fragment}" if parts.fragment else ""
            page = self._page(path)
            return f"{page}{anchor}" if page else self.outside(text)
        return self.outside(text)

    def picture(self, text: str) -> str:
        parts = _split(_tidied(text))
        path = self._own_path(parts) if parts else ""
        if not path or posixpath.splitext(path)[1].lower() not in PICTURES or self.left <= 0:
            return ""
        self.left -= 1
        rows = RepoFile.objects.filter(revision=self.revision, path=path, blob__isnull=False)
        return bytes_address(self.repo, self.revision.commit, path) if rows.exists() else ""

    def outside(self, text: str) -> str:
        """A full address; "" for what is none, and for a name that this repo does not have."""
        text = _tidied(text)
        parts = _split(text)
        if parts is None or not text:
            return ""
        if parts.scheme in ("http", "https"):
            return text
        if parts.netloc and not parts.scheme:
            return f"https:{text}"
        if not parts.scheme and text.startswith("/") and self.upstream.scheme == "https":
            return f"https://{self.upstream.netloc}{text}"
        return self._page(self._own_path(parts))

    def _own_path(self, parts: SplitResult) -> str:
        """The path inside of the repo that an address names: relative to the text, or in full on its upstream."""
        path = unquote(parts.path)
        if parts.netloc or path.startswith("/"):
            if parts.netloc not in ("", self.upstream.netloc) or parts.scheme not in ("", "http", "https"):
                return ""
            path = self._below(path)
        elif parts.scheme or not path:
            return ""
        else:
            path = posixpath.normpath(posixpath.join(self.folder, path))
        try:
            return parse_path(path)
        except BadName:
            return ""

    def _below(self, path: str) -> str:
        """`/datasets/org/name/resolve/main/a/b.png` -> `a/b.png`; "" for another repo's."""
        segments = path.strip("/").split("/")
        if segments and segments[0] in ("datasets", "models"):
            segments = segments[1:]
        size = len(str(self.repo.repo_id).split("/"))
        own = "/".join(segments[:size]).lower() == self.repo.key
        fits = own and len(segments) > size + 2 and segments[size] in _OWN_VERBS
        return "/".join(segments[size + 2 :]) if fits else ""

    def _page(self, path: str) -> str:
        if not path:
            return ""
        tree = self._tree()
        if isinstance(tree.by_path.get(path), Leaf):
            return file_page(self.repo, self.revision.commit, path)
        return folder_page(self.repo, path) if path in tree.by_path else ""


def _tidied(text: str) -> str:
    """Without what browsers overlook inside of an address."""
    return re.sub(r"[\x00-\x20\x7f]+", "", text)


def _split(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None
