"""The addresses of a ModelScope hub, below an endpoint that may have a path of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from hub.names import RepoId, RepoKind


@dataclass(frozen=True)
class Addresses:
    """`endpoint` has no slash at its end."""

    endpoint: str

    def facts(self, kind: RepoKind, repo_id: RepoId) -> str:
        return self._repo(kind, repo_id)

    def revisions(self, kind: RepoKind, repo_id: RepoId) -> str:
        return f"{self._repo(kind, repo_id)}/revisions"

    def commits(self, kind: RepoKind, repo_id: RepoId, ref: str, most: int) -> str:
        """The newest commits of `ref`. It is `Ref` here and `Revision` elsewhere: whoever mixes them up gets master."""
        return _with(f"{self._repo(kind, repo_id)}/commits", Ref=ref, PageNumber=1, PageSize=most)

    def files(self, kind: RepoKind, repo_id: RepoId, commit: str, root: str = "", recursive: bool = True) -> str:
        """What lies below `root`, in one answer."""
        below = {"Root": root} if root else {}
        return _with(f"{self._repo(kind, repo_id)}/repo/files", Revision=commit, Recursive=recursive, **below)

    def page(self, kind: RepoKind, repo_id: RepoId, commit: str, number: int, size: int) -> str:
        """A page of a tree; datasets have them, models do not."""
        asked = {"Revision": commit, "Recursive": True, "PageNumber": number, "PageSize": size}
        return _with(f"{self._repo(kind, repo_id)}/repo/tree", **asked)

    def file(self, kind: RepoKind, repo_id: RepoId, commit: str, path: str) -> str:
        return _with(f"{self._repo(kind, repo_id)}/repo", Revision=commit, FilePath=path)

    def bucket(self, url: str) -> str:
        """Files are counted apart: a pause that one of the two was asked for says nothing about the other."""
        return "files" if url.partition("?")[0].endswith("/repo") else "api"

    def roll(self, kind: RepoKind, asked: Mapping[str, str]) -> str:
        """The list of all repos."""
        return _with(f"{self.endpoint}/openapi/v1/{kind.plural}", **asked)

    @property
    def me(self) -> str:
        return f"{self.endpoint}/openapi/v1/users/me"

    @property
    def some_models(self) -> str:
        return _with(f"{self.endpoint}/openapi/v1/models", page_number=1, page_size=1)

    def _repo(self, kind: RepoKind, repo_id: RepoId) -> str:
        return f"{self.endpoint}/api/v1/{kind.plural}/{repo_id}"


def _with(address: str, **query: object) -> str:
    return f"{address}?{urlencode(query)}"
