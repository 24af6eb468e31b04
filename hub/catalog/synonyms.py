"""Other names of a repo on other hubs, from the Synonym rows: used to suggest where to look, and never to serve.

Rows are remembered for some seconds, so that a miss asks the database only where a row speaks of the name at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from hub.catalog.memory import Memory
from hub.catalog.models import Repo, Synonym
from hub.errors import RepoMissing
from hub.names import RepoId, RepoKind
from hub.upstreams.models import Upstream

SECONDS = 10.0
MOST = 3
"""So many names, or held repos, are suggested."""

TITLES = {"huggingface": "Hugging Face", "modelscope": "ModelScope"}

_rows: Memory[str, tuple[Synonym, ...]] = Memory(1, SECONDS)


@dataclass(frozen=True)
class OtherName:
    """What the repo is called on `hub`; the namespace `*` is any. `known_on` is the hub that uses the name asked for.
    A name that is not `sure` comes from a row that speaks of every namespace: it is worth a look, and no more."""

    hub: str
    namespace: str
    name: str
    known_on: str
    sure: bool

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}".lower()

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Suggestion:
    """Held repos that go by the name on another hub; where there are none, the names to ask for."""

    asked: RepoId
    held: tuple[tuple[Repo, str], ...] = ()
    names: tuple[OtherName, ...] = ()

    @property
    def words(self) -> str:
        """One clause; what it names can be pulled, or asked for, as it is written."""
        if self.held:
            told = [f"{self._name_of(repo)}, which goes by {self.asked} on {_title(hub)}" for repo, hub in self.held]
            return f"this hub holds {' and '.join(told)}"
        hub = self.names[0].hub
        names = " or ".join(f"{hub}:{name}" for name in self.names)
        return f"it may go by another name on {_title(hub)}: ask this hub for {names}"

    @property
    def sentence(self) -> str:
        return f"{self.words[:1].upper()}{self.words[1:]}."

    def _name_of(self, repo: Repo) -> str:
        return repo.named if repo.key == self.asked.key else str(repo.repo_id)


def suggest(kind: RepoKind, repo_id: RepoId, family: str = "") -> Suggestion | None:
    """What to pull, or to ask for, instead of a repo that upstreams of the kind `family` do not have."""
    others = [other for other in names_of(repo_id) if (other.hub, other.key) != (family, repo_id.key)]
    if not others:
        return None
    if held := _held(kind, others):
        return Suggestion(repo_id, held=held)
    enabled = set(Upstream.objects.filter(enabled=True).values_list("kind", flat=True))
    names = [other for other in others if other.sure and other.hub in enabled]
    same_hub = [other for other in names if other.hub == names[0].hub]
    return Suggestion(repo_id, names=tuple(same_hub[:MOST])) if names else None


def suggested(error: RepoMissing, kind: RepoKind, repo_id: RepoId, family: str = "") -> RepoMissing:
    """The error, whose next step begins with the suggestion where there is one."""
    if found := suggest(kind, repo_id, family):
        step = f". {error.next_step[:1].upper()}{error.next_step[1:]}" if error.next_step else ""
        error.next_step = f"{found.words}{step}"
    return error


def names_of(repo_id: RepoId) -> list[OtherName]:
    """Every other name that the rows know, of whichever hub the name is."""
    found = _rows.get("")
    if found is None:
        found = tuple(Synonym.objects.all())
        _rows.put("", found)
    return list(dict.fromkeys(name for row in found for name in _names(row, repo_id)))


def forget_synonyms() -> None:
    """The next question reads the rows: they have been edited."""
    _rows.clear()


def _names(row: Synonym, repo_id: RepoId) -> Iterator[OtherName]:
    sides = ((row.hub, row.pattern), (row.other_hub, row.other_pattern))
    for (hub, pattern), (other_hub, other_pattern) in (sides, sides[::-1]):
        starred = _match(pattern, repo_id)
        if starred is not None:
            namespace, _, name = other_pattern.partition("/")
            sure = "*" not in (namespace, pattern[0])
            other = OtherName(other_hub, namespace, name.replace("*", starred), hub, sure)
            if sure or other.key != repo_id.key:
                yield other


def _match(pattern: str, repo_id: RepoId) -> str | None:
    """The text that the `*` of the name stands for, "" where there is none; None where the id is another."""
    namespace, _, name = pattern.lower().partition("/")
    before, star, after = name.partition("*")
    asked = repo_id.name.lower()
    if namespace not in ("*", repo_id.namespace.lower()):
        return None
    if not star:
        return "" if asked == name else None
    fits = asked.startswith(before) and asked.endswith(after) and len(asked) > len(before) + len(after)
    return repo_id.name[len(before) : len(asked) - len(after)] if fits else None


def _held(kind: RepoKind, others: list[OtherName]) -> tuple[tuple[Repo, str], ...]:
    """With the hub on which each of them goes by the name asked for."""
    wanted = Q()
    for other in others:
        named = Q(key__endswith=f"/{other.name.lower()}") if other.namespace == "*" else Q(key=other.key)
        wanted |= Q(upstream__kind=other.hub) & named
    repos = Repo.objects.filter(wanted, kind=kind, held=True).select_related("upstream").order_by("upstream__position")
    return tuple((repo, _known_on(repo, others)) for repo in repos[:MOST])


def _known_on(repo: Repo, others: list[OtherName]) -> str:
    exact = (other for other in others if (other.hub, other.key) == (repo.upstream.kind, repo.key))
    loose = (other for other in others if (other.hub, other.name.lower()) == (repo.upstream.kind, repo.name.lower()))
    return next(exact, next(loose, others[0])).known_on


def _title(hub: str) -> str:
    return TITLES.get(hub, hub)
