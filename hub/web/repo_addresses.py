"""Addresses inside of the pages of a repo, and where a browser gets the bytes of a file."""

from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from hub.catalog.models import Repo
from hub.catalog.shelves import shelf_of
from hub.errors import RepoMissing
from hub.names import RepoKind


class RepoName:
    """URL converter: `[upstream:]namespace/name`, or `[upstream:]name` as in old times. Whether it is a name at all, is
    for hub.names to say."""

    regex = r"[^/@]+(?:/[^/@]+)?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def page_of(repo: Repo, tab: str = "repo") -> str:
    """The address of one of the repo's tabs."""
    return reverse(f"web:{tab}", args=[f"{repo.kind}s", repo.named])


def folder_page(repo: Repo, path: str) -> str:
    """The list of the files in a folder; "" is the root."""
    name = f"{repo.kind}s", repo.named
    return reverse("web:repo-folder", args=[*name, path]) if path else reverse("web:repo-files", args=name)


def file_page(repo: Repo, commit: str, path: str) -> str:
    return reverse("web:repo-file", args=[f"{repo.kind}s", repo.named, commit, path])


def bytes_address(repo: Repo, commit: str, path: str) -> str:
    """Where a browser gets the file: the address that clients use, or where that would ask for a token or lead to a
    namesake on another upstream, a page of ours that knows the session and the repo."""
    if settings.ANONYMOUS_PULL and _is_found_by_its_name(repo):
        return f"/{RepoKind(repo.kind).prefix}{repo.repo_id}/resolve/{commit}/{quote(path)}"
    return reverse("web:repo-bytes", args=[f"{repo.kind}s", repo.named, commit, path])


def _is_found_by_its_name(repo: Repo) -> bool:
    try:
        return shelf_of(RepoKind(repo.kind), repo.repo_id).repo_pk == repo.pk
    except RepoMissing:
        return False
