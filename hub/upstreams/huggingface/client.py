"""The client of a Hugging Face hub, or of any hub that speaks the same: a mirror, a hub under a path, an Entrepot."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from hub.errors import UpstreamBroken
from hub.names import RepoId, RepoKind, is_commit
from hub.upstreams.asking import Asker
from hub.upstreams.budget import Budgets, account_key
from hub.upstreams.connections import Connections, check_token
from hub.upstreams.hosts import HUGGINGFACE_CDN, Hosts
from hub.upstreams.huggingface.addresses import Addresses
from hub.upstreams.huggingface.bytes import check_identity
from hub.upstreams.huggingface.facts import repo_info
from hub.upstreams.huggingface.history import parse_commits, parse_refs
from hub.upstreams.huggingface.roll import EXPAND, read_roll
from hub.upstreams.huggingface.translate import raise_for
from hub.upstreams.huggingface.tree import read_tree
from hub.upstreams.protocol import CommitInfo, ListingPage, RefInfo, RepoInfo, Slice, TreeDirectory, TreeFile
from hub.upstreams.question import Question
from hub.upstreams.ranges import Part
from hub.upstreams.reading import Reader
from hub.upstreams.stream import SocketStream

USER_AGENT = f"entrepot; hf_hub/{version('huggingface_hub')}"
COMMITS_PAGE = 50
SETTING = "HUB_HUGGINGFACE_TOKEN"


class HuggingFaceClient:
    """An UpstreamClient. `name` is how errors call the upstream, `token` "" for nobody.

    Nothing of the machine's own Hugging Face setup is used: no HF_TOKEN, HF_ENDPOINT, HF_HOME, cache or telemetry.
    """

    def __init__(self, name: str, url: str, token: str, extra_hosts: Sequence[str], connections: int) -> None:
        check_token(name, token)
        hosts = Hosts(name, url, HUGGINGFACE_CDN, extra_hosts)
        self.name = name
        self._token = token
        self._addresses = Addresses(url.rstrip("/"))
        budgets = Budgets(name, account_key(url, token), self._addresses.bucket)
        self._asker = Asker(Connections(hosts, connections, budgets), token, USER_AGENT, raise_for)
        self._reader = Reader(self._asker, check_identity)

    def info(self, kind: RepoKind, repo_id: RepoId, revision: str) -> RepoInfo:
        question = self._question(kind, repo_id, revision, is_info=True)
        told = self._asker.ask(self._addresses.info(kind, repo_id, revision), question)
        info = repo_info(self.name, kind, repo_id, told.data)
        if is_commit(revision) and info.commit != revision:
            raise UpstreamBroken(f"{self.name} was asked for commit {revision} and told of {info.commit}")
        return info

    def tree(self, kind: RepoKind, repo_id: RepoId, commit: str) -> Iterator[TreeFile | TreeDirectory]:
        question = self._question(kind, repo_id, commit)
        return read_tree(self._asker, self._addresses.tree(kind, repo_id, commit), question)

    def refs(self, kind: RepoKind, repo_id: RepoId) -> list[RefInfo]:
        told = self._asker.ask(self._addresses.refs(kind, repo_id), self._question(kind, repo_id))
        return parse_refs(self.name, told.data)

    def commits(self, kind: RepoKind, repo_id: RepoId, commit: str) -> list[CommitInfo]:
        url = f"{self._addresses.commits(kind, repo_id, commit)}?p=0&limit={COMMITS_PAGE}"
        return parse_commits(self.name, self._asker.ask(url, self._question(kind, repo_id, commit)).data)

    def open(
        self,
        kind: RepoKind,
        repo_id: RepoId,
        commit: str,
        path: str,
        size: int,
        start: int = 0,
        length: int | None = None,
    ) -> SocketStream:
        question = self._question(kind, repo_id, commit, path)
        part = Part.of(path, size, start, length)
        return self._reader.open(self._addresses.file(kind, repo_id, commit, path), question, part)

    def list_repos(self, part: Slice, cursor: str = "") -> ListingPage:
        if part.kind not in EXPAND:
            return ListingPage(())
        question = Question(self.name, bool(self._token), SETTING, part.kind)
        return read_roll(self._asker, self._addresses.roll(part.kind), part, cursor, question)

    def check(self) -> None:
        """Asks who we are where a token is set, and for one model of the list where none is."""
        url = self._addresses.whoami if self._token else self._addresses.some_models
        self._asker.ask(url, Question(self.name, bool(self._token), SETTING))

    def _question(
        self, kind: RepoKind, repo_id: RepoId, revision: str = "", path: str = "", is_info: bool = False
    ) -> Question:
        return Question(self.name, bool(self._token), SETTING, kind, repo_id, revision, path, is_info)
