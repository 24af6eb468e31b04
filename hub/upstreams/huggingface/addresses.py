"""The addresses of a Hugging Face hub, below an endpoint that may have a path of its own (`https://host/hf`)."""

from dataclasses import dataclass
from urllib.parse import quote

from hub.names import RepoId, RepoKind


@dataclass(frozen=True)
class Addresses:
    """`endpoint` has no slash at its end."""

    endpoint: str

    def info(self, kind: RepoKind, repo_id: RepoId, revision: str) -> str:
        """The repo's facts; the revision is one path segment, its slashes escaped."""
        root = self._repo(kind, repo_id)
        return f"{root}/revision/{quote(revision, safe='')}" if revision else root

    def tree(self, kind: RepoKind, repo_id: RepoId, commit: str) -> str:
        return f"{self._repo(kind, repo_id)}/tree/{quote(commit, safe='')}"

    def refs(self, kind: RepoKind, repo_id: RepoId) -> str:
        return f"{self._repo(kind, repo_id)}/refs"

    def commits(self, kind: RepoKind, repo_id: RepoId, commit: str) -> str:
        return f"{self._repo(kind, repo_id)}/commits/{quote(commit, safe='')}"

    def file(self, kind: RepoKind, repo_id: RepoId, commit: str, path: str) -> str:
        return f"{self.endpoint}/{kind.prefix}{repo_id}/resolve/{quote(commit, safe='')}/{quote(path)}"

    def bucket(self, url: str) -> str:
        """Which of the hub's budgets a request is counted in: api, resolvers or pages."""
        path = url.partition("//")[2].partition("/")[2].partition("?")[0]
        path = path.removeprefix(self.endpoint.partition("//")[2].partition("/")[2]).lstrip("/")
        if path.startswith("api/resolve-cache/") or (not path.startswith("api/") and "/resolve/" in path):
            return "resolvers"
        return "api" if path.startswith("api/") else "pages"

    def roll(self, kind: RepoKind) -> str:
        """The list of all repos."""
        return f"{self.endpoint}/api/{kind.plural}"

    @property
    def whoami(self) -> str:
        return f"{self.endpoint}/api/whoami-v2"

    @property
    def some_models(self) -> str:
        return f"{self.endpoint}/api/models?limit=1"

    def _repo(self, kind: RepoKind, repo_id: RepoId) -> str:
        return f"{self.endpoint}/api/{kind.plural}/{repo_id}"
