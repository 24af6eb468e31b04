"""The client of ModelScope, or of any hub that speaks the same: a mirror, a hub under a path, an Entrepot."""

from collections.abc import Iterator, Sequence

from hub.errors import RepoMissing, RevisionMissing
from hub.names import RepoId, RepoKind, is_commit
from hub.upstreams.asking import Asker
from hub.upstreams.budget import Budgets, account_key
from hub.upstreams.connections import Connections, bearer, check_token
from hub.upstreams.hosts import MODELSCOPE_CDN, Hosts
from hub.upstreams.modelscope.addresses import Addresses
from hub.upstreams.modelscope.facts import DEFAULT_REF, own_spelling, repo_info
from hub.upstreams.modelscope.history import parse_commits, parse_refs
from hub.upstreams.modelscope.roll import ROWS, Roll
from hub.upstreams.modelscope.translate import look_for_refusal, raise_for, revision_missing, unwrap
from hub.upstreams.modelscope.tree import Trees, entries_of
from hub.upstreams.protocol import CommitInfo, ListingPage, RefInfo, RepoInfo, Slice, TreeDirectory, TreeFile
from hub.upstreams.question import Question
from hub.upstreams.ranges import Part
from hub.upstreams.reading import Reader
from hub.upstreams.stream import SocketStream

USER_AGENT = "entrepot"
COMMITS_PAGE = 50
SETTING = "HUB_MODELSCOPE_TOKEN"


def shown(token: str) -> dict[str, str]:
    """Part of upstream reads the header, part the cookie; its own client sends both."""
    return {**bearer(token), "Cookie": f"m_session_id={token}"}


class ModelScopeClient:
    """An UpstreamClient. `name` is how errors call the upstream, `token` "" for nobody.

    Nothing of the machine's own ModelScope setup is used: no MODELSCOPE_* variables, no login, no cache.
    """

    def __init__(self, name: str, url: str, token: str, extra_hosts: Sequence[str], connections: int) -> None:
        check_token(name, token)
        hosts = Hosts(name, url, MODELSCOPE_CDN, extra_hosts)
        self.name = name
        self._token = token
        self._addresses = Addresses(url.rstrip("/"))
        budgets = Budgets(name, account_key(url, token), self._addresses.bucket)
        self._asker = Asker(Connections(hosts, connections, budgets, shown), token, USER_AGENT, raise_for, unwrap)
        self._reader = Reader(self._asker, look_for_refusal)

    def info(self, kind: RepoKind, repo_id: RepoId, revision: str) -> RepoInfo:
        """Two questions: upstream tells facts without a commit, and commits without facts."""
        data = self._asker.ask(self._addresses.facts(kind, repo_id), self._question(kind, repo_id)).data.get("Data")
        own = own_spelling(self.name, repo_id, data)
        return repo_info(kind, own, data, self._pin(kind, own, revision or DEFAULT_REF))

    def tree(self, kind: RepoKind, repo_id: RepoId, commit: str) -> Iterator[TreeFile | TreeDirectory]:
        question = self._question(kind, repo_id, commit)

        def pin() -> str:
            return self._pin(kind, repo_id, commit)

        return Trees(self._asker, self._addresses, question, kind, repo_id, commit, pin).read()

    def refs(self, kind: RepoKind, repo_id: RepoId) -> list[RefInfo]:
        told = self._asker.ask(self._addresses.revisions(kind, repo_id), self._question(kind, repo_id))
        return list(parse_refs(self.name, told.data.get("Data"), lambda label: self._pin(kind, repo_id, label)))

    def commits(self, kind: RepoKind, repo_id: RepoId, commit: str) -> list[CommitInfo]:
        found = self._history(kind, repo_id, commit, COMMITS_PAGE)
        if found and found[0].id == commit:
            return found
        self._insist(kind, repo_id, commit)
        return []

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
        if part.kind not in ROWS:
            return ListingPage(())
        question = Question(self.name, bool(self._token), SETTING, part.kind)
        return Roll(self._asker, self._addresses, question).read(part, cursor)

    def check(self) -> None:
        """Asks who we are where a token is set, and for one model of the list where none is."""
        url = self._addresses.me if self._token else self._addresses.some_models
        self._asker.ask(url, Question(self.name, bool(self._token), SETTING))

    def _pin(self, kind: RepoKind, repo_id: RepoId, ref: str) -> str:
        """The commit of a branch, tag or commit. Raises RevisionMissing."""
        newest = self._history(kind, repo_id, ref, 1)
        if is_commit(ref):
            if not newest or newest[0].id != ref:
                self._insist(kind, repo_id, ref)
            return ref
        if not newest:
            raise revision_missing(self._question(kind, repo_id, ref))
        return newest[0].id

    def _history(self, kind: RepoKind, repo_id: RepoId, ref: str, most: int) -> list[CommitInfo]:
        """None for a ref that is not known; whoever does not look at `Ref` tells of master."""
        try:
            told = self._asker.ask(
                self._addresses.commits(kind, repo_id, ref, most), self._question(kind, repo_id, ref)
            )
        except RevisionMissing:
            return []
        return parse_commits(self.name, told.data.get("Data"))

    def _insist(self, kind: RepoKind, repo_id: RepoId, commit: str) -> None:
        """Upstream lists files by commit; whether it tells the history of one is not known. Raises RevisionMissing."""
        question = self._question(kind, repo_id, commit)
        if kind is RepoKind.DATASET:
            url = self._addresses.page(kind, repo_id, commit, 1, 1)
        else:
            url = self._addresses.files(kind, repo_id, commit, recursive=False)
        if not entries_of(self._asker.ask(url, question).data):
            raise revision_missing(question)

    def _question(self, kind: RepoKind, repo_id: RepoId, revision: str = "", path: str = "") -> Question:
        """Raises RepoMissing for what no repo there is called."""
        if kind is RepoKind.SPACE or not repo_id.namespace:
            what = "spaces" if kind is RepoKind.SPACE else "repos without an owner"
            raise RepoMissing(
                f"there is no {kind} {repo_id} on {self.name}: it has no {what}", "write it as owner/name"
            )
        return Question(self.name, bool(self._token), SETTING, kind, repo_id, revision, path, is_info=not revision)
