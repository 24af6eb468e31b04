"""The pages of one held repo: its card, and its files folder by folder."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from hub.catalog.folders import FolderView, Subfolder, folder_of
from hub.catalog.memory import Memory
from hub.catalog.models import RepoFile, Revision
from hub.catalog.previews.kinds import text_in
from hub.catalog.previews.reading import head_of
from hub.catalog.trees import Leaf, tree_of
from hub.errors import BadName, HubError, Missing
from hub.names import parse_path
from hub.web.cards import MOST_READ, Card, render_card
from hub.web.highlighting import highlighted
from hub.web.repo_addresses import bytes_address, file_page, folder_page, page_of
from hub.web.repo_frame import TABS, Opened, frame_of, opened
from hub.web.repo_place import place_of
from hub.web.snippets import Snippet, snippets_for, use_of
from hub.web.spoken import spoken
from hub.web.visitors import for_pullers

ENTRIES = 200
CARDS = ("README.md", "readme.md", "Readme.md", "README.MD", "README")

_cards: Memory[tuple[int, str], Card] = Memory(48)
_large: Memory[tuple[int, str], Card] = Memory(4)
"""Cards of more than LARGE characters."""
LARGE = 300_000
_folders: Memory[tuple[int, str], FolderView] = Memory(64, 60.0)
_sides: Memory[tuple[int, str, str, bool], "_Side"] = Memory(256, 20.0)
"""What stands beside a card costs a look at every file of the tree."""


@dataclass(frozen=True)
class _Side:
    """`large` are the files that most of the bytes are in."""

    snippets: list[tuple[Snippet, SafeString]]
    large: list[dict[str, Any]]


@require_safe
@for_pullers
def repo_detail(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """The card. `?revision=` chooses a published revision; the default ref otherwise. `name` may begin with an
    upstream's, as in `modelscope:org/name`, where several have the id."""
    asked = request.GET.get("revision", "")
    try:
        view = opened(kind, name, asked)
    except Http404:
        first, _, last = name.rpartition("/")
        if first and "/" not in first and f"repo-{last}" in {tab for tab, _ in TABS}:
            # An id of one segment, from before there were owners, and one of its tabs.
            return redirect(f"web:repo-{last}", kind=kind, name=_full_name(kind, first, asked))
        raise
    context = frame_of(request, view, "repo")
    return render(request, "web/repo_card.html", {**context, **_card_context(view, context["address"])})


@require_safe
@for_pullers
def repo_at(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """`org/name@revision` leads to the page of that revision; anything else that is no name is not there."""
    name, at, revision = name.partition("@")
    if not at or not revision:
        raise Http404(gettext("There is no such repo here."))
    view = opened(kind, name, revision)
    query = urlencode({"revision": revision})
    return redirect(f"{page_of(view.repo)}?{query}")


@require_safe
@for_pullers
def repo_files(request: HttpRequest, kind: str, name: str, folder: str = "") -> HttpResponse:
    """One folder of the tree, ENTRIES a page."""
    view = opened(kind, name, request.GET.get("revision", ""))
    try:
        here = _folder(view, parse_path(folder) if folder else "")
    except (Missing, BadName) as error:
        raise Http404(spoken(error)) from error
    entries: list[Subfolder | Leaf] = [*here.folders, *here.files]
    page = Paginator(entries, ENTRIES).get_page(request.GET.get("page"))
    context = frame_of(request, view, "repo-files") | {
        "here": here,
        "parents": [(f"{folder_page(view.repo, path)}{view.query}", label) for path, label in here.parents],
        "page": page,
        "rows": _rows(view, list(page)),
        "extra": view.query.removeprefix("?"),
    }
    return render(request, "web/repo_files.html", context)


def card_of(revision: Revision) -> Card | None:
    """The repo's README at this commit, in the visitor's language; None where there is none, or it is not held.

    Raises BlobMissing or StoreError where the store does not give it.
    """
    key = (revision.pk, get_language() or "")
    card = _cards.get(key) or _large.get(key)
    if card is None and (file := _readme(revision)) is not None and file.blob:
        text = text_in(head_of(file.blob.sha256, file.size, MOST_READ))
        if text is None:
            return None
        card = render_card(text, place_of(revision))
        (_cards if len(card.html) <= LARGE else _large).put(key, card)
    return card


def _card_context(view: Opened, address: str) -> dict[str, Any]:
    try:
        card, trouble = card_of(view.revision), ""
    except HubError as error:
        card, trouble = None, spoken(error)
    side = _side(view, address)
    return {"card": card, "trouble": trouble, "snippets": side.snippets, "large": side.large}


def _side(view: Opened, address: str) -> _Side:
    key = (view.revision.pk, view.asked, address, settings.ANONYMOUS_PULL)
    found = _sides.get(key)
    if found is None:
        use = use_of(view.revision, address, view.asked)
        snippets = [(one, highlighted(one.text, one.language)) for one in snippets_for(use)]
        found = _Side(snippets, _largest(view))
        _sides.put(key, found)
    return found


def _folder(view: Opened, path: str) -> FolderView:
    key = (view.revision.pk, path)
    found = _folders.get(key)
    if found is None:
        found = folder_of(tree_of(view.pin), path)
        _folders.put(key, found)
    return found


def _readme(revision: Revision) -> RepoFile | None:
    rows = RepoFile.objects.filter(revision=revision, path__in=CARDS, blob__isnull=False).select_related("blob")
    found = {row.path: row for row in rows}
    return next((found[path] for path in CARDS if path in found), None)


def _largest(view: Opened) -> list[dict[str, Any]]:
    rows = RepoFile.objects.filter(revision=view.revision).order_by("-size", "position")[:5]
    pairs = rows.values_list("path", "size", F("blob"))
    return [
        {"path": path, "size": size, "held": blob, "page": file_page(view.repo, view.revision.commit, path)}
        for path, size, blob in pairs
    ]


def _rows(view: Opened, entries: list[Subfolder | Leaf]) -> list[dict[str, Any]]:
    """What the table shows of each folder and file."""
    paths = [entry.path for entry in entries if isinstance(entry, Leaf)]
    files = RepoFile.objects.filter(revision=view.revision, path__in=paths).select_related("blob")
    by_path = {file.path: file for file in files}
    return [_row(view, entry, by_path.get(entry.path)) for entry in entries]


def _row(view: Opened, entry: Subfolder | Leaf, file: RepoFile | None) -> dict[str, Any]:
    if isinstance(entry, Subfolder) or file is None:
        link = f"{folder_page(view.repo, entry.path)}{view.query}"
        return {"folder": entry, "link": link}
    commit = view.revision.commit
    return {
        "file": file,
        "name": entry.path.rpartition("/")[2],
        "link": file_page(view.repo, commit, entry.path),
        "bytes": bytes_address(view.repo, commit, entry.path) if file.blob_id else "",
    }


def _full_name(kind: str, name: str, revision: str) -> str:
    return opened(kind, name, revision).repo.named
