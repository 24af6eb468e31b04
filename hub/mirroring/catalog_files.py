"""A catalog file: a YAML list of repos to ask for. Read and checked as a whole before anything is asked for.

    - upstream: modelscope
      id: Qwen/Qwen3-0.6B
      include: ["*.safetensors", "*.json"]
      note: small enough for a laptop

Nothing in the file is turned into Python objects: every value is the text that stands there, so that a tag named 1.0
or a commit made of digits stays what it is.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hub.accounts.callers import Caller
from hub.accounts.events import record
from hub.accounts.models import Event
from hub.errors import BadInput, BadName
from hub.mirroring.models import Request
from hub.mirroring.wishes import MAX_OPEN_LOOKUPS, Wish, submit
from hub.names import RepoId, RepoKind, parse_revision
from hub.upstreams.models import Upstream

LARGEST = 512 * 1024
"""Bytes of a file."""
DEEPEST = 20
"""Lists and keys within each other: four would do."""
MOST_ENTRIES = MAX_OPEN_LOOKUPS
MOST_PATTERNS, LONGEST_PATTERN, LONGEST_NOTE = 100, 300, 1000

KEYS = ("upstream", "id", "kind", "ref", "include", "exclude", "note")
_MEANT = {"repo": "id", "repo_id": "id", "model": "id", "name": "id", "revision": "ref", "commit": "ref"}
"""What people write who know another tool."""
_EXAMPLE = 'write for each repo "- upstream: huggingface" and "  id: org/name" below it'
_NULL = "tag:yaml.org,2002:null"

NOTED = "request.noted"


@dataclass(frozen=True)
class Entry:
    """One wish of a catalog; `number` counts from 1."""

    number: int
    wish: Wish
    note: str = ""


class CatalogWrong(BadInput):
    """`problems` are all that was found, one sentence each, with the number of its entry."""

    def __init__(self, problems: list[str], next_step: str = "") -> None:
        super().__init__("; ".join(problems), next_step)
        self.problems = problems


def read(data: bytes) -> list[Entry]:
    """The entries of a catalog file. Raises CatalogWrong with everything that is wrong in it."""
    nodes = _nodes(data)
    upstreams = {upstream.slug: upstream for upstream in Upstream.objects.all()}
    forms = [_Form(number, node, upstreams) for number, node in enumerate(nodes, 1)]
    entries = [entry for form in forms if (entry := form.entry()) is not None]
    problems = [problem for form in forms for problem in form.problems] + _duplicates(entries)
    if problems:
        raise CatalogWrong(problems)
    return entries


def ask(entry: Entry, caller: Caller) -> Request:
    """Submits the entry's wish and keeps its note with the request. Asking again changes nothing where the repo is
    held or under way. Raises BadInput when too many wishes wait to be looked up."""
    request = submit(entry.wish, caller, refresh=False)
    last = Event.objects.filter(verb=NOTED, detail__request=request.pk).order_by("-pk").first()
    if entry.note and (last is None or last.detail.get("reason") != entry.note):
        record(caller, NOTED, str(request), request=request.pk, reason=entry.note)
    return request


def _nodes(data: bytes) -> list[Node]:
    if len(data) > LARGEST:
        raise CatalogWrong([f"the file has more than {LARGEST // 1024} KiB"], "cut it into several catalogs")
    try:
        root = yaml.compose(data.decode("utf-8-sig"), Loader=_Shallow)
    except UnicodeDecodeError:
        raise CatalogWrong(["the file is not text in UTF-8"], "save it as UTF-8") from None
    except yaml.YAMLError as error:
        raise CatalogWrong([f"the file is not YAML: {_slip(error)}"], _EXAMPLE) from None
    if root is None or not root.value:
        raise CatalogWrong(["the file is empty"], _EXAMPLE)
    if not isinstance(root, SequenceNode):
        raise CatalogWrong(["the file is not a list"], _EXAMPLE)
    if len(root.value) > MOST_ENTRIES:
        raise CatalogWrong([f"the file has {len(root.value)} entries"], f"write at most {MOST_ENTRIES} into one file")
    return list(root.value)


def _slip(error: yaml.YAMLError) -> str:
    """What YAML minds, and in which line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem or error.context}"
    return str(error).splitlines()[0]


class _Shallow(yaml.SafeLoader):
    """Stops long before Python would: at the end of its stack even what cleans up in passing fails, unseen."""

    _depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if parent is not None and self._depth == DEEPEST:
            raise yaml.MarkedYAMLError(problem="it is nested too deeply", problem_mark=parent.start_mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def _duplicates(entries: list[Entry]) -> list[str]:
    first: dict[tuple[object, ...], int] = {}
    problems = []
    for entry in entries:
        number = first.setdefault(tuple(entry.wish.identity.values()), entry.number)
        if number != entry.number:
            problems.append(f"entry {entry.number}: asks for the same as entry {number}; leave one of them out")
    return problems


class _Form:
    """One entry as it was written; `problems` fills up while it is read."""

    def __init__(self, number: int, node: Node, upstreams: Mapping[str, Upstream]) -> None:
        self.number, self.line = number, node.start_mark.line + 1
        self.problems: list[str] = []
        self._upstreams = upstreams
        self._nodes = self._pairs(node)

    def entry(self) -> Entry | None:
        """None where something is wrong."""
        if self._nodes is None:
            return None
        upstream, repo_id, kind, ref = self._upstream(), self._repo_id(), self._kind(), self._ref()
        include, exclude, note = self._patterns("include"), self._patterns("exclude"), self._text("note")
        if len(note) > LONGEST_NOTE:
            self._wrong(f"the note has {len(note)} characters", f"write at most {LONGEST_NOTE}")
        if self.problems or upstream is None or repo_id is None:
            return None
        return Entry(self.number, Wish(upstream, kind, repo_id, ref, include, exclude), note)

    def _wrong(self, what: str, instead: str) -> None:
        self.problems.append(f"entry {self.number} (line {self.line}): {what}; {instead}")

    def _pairs(self, node: Node) -> dict[str, Node] | None:
        if not isinstance(node, MappingNode):
            self._wrong("it has no keys", 'write "upstream: NAME" and "id: org/name" below each other')
            return None
        names = [key.value if isinstance(key, ScalarNode) else "(a list)" for key, _ in node.value]
        for name, times in Counter(names).items():
            if name not in KEYS:
                self._wrong(f"there is no key {_short(name)}", _instead_of(name))
            elif times > 1:
                self._wrong(f'"{name}" is written {times} times', 'begin every entry with "- "')
        return dict(zip(names, (value for _, value in node.value), strict=True))

    def _node(self, key: str) -> Node | None:
        """None where the key is left out or has no value."""
        node = (self._nodes or {}).get(key)
        return None if node is None or node.tag == _NULL or not node.value else node

    def _text(self, key: str, default: str = "") -> str:
        node = self._node(key)
        if node is None:
            return default
        if not isinstance(node, ScalarNode):
            self._wrong(f'"{key}" is a list', "write one text")
            return default
        return str(node.value).strip()

    def _upstream(self) -> Upstream | None:
        slug, known = self._text("upstream"), [name for name, found in self._upstreams.items() if found.enabled]
        found = self._upstreams.get(slug)
        instead = f"write one of: {', '.join(known)}" if known else "enable one in the admin under Upstreams"
        if self._node("upstream") is None:
            self._wrong("it names no upstream", instead)
        elif slug and found is None:
            self._wrong(f"there is no upstream {_short(slug)}", instead)
        elif found is not None and not found.enabled:
            self._wrong(f"the upstream {slug} is switched off", "enable it in the admin under Upstreams")
        return found

    def _repo_id(self) -> RepoId | None:
        text = self._text("id")
        slug, colon, rest = text.rpartition(":")
        if self._node("id") is None:
            self._wrong("it has no id", 'write "id: org/name"')
        elif colon and slug in self._upstreams:
            self._wrong(f"the id {_short(text)} names the upstream", f'write "upstream: {slug}" and "id: {rest[:200]}"')
        elif text:
            try:
                return RepoId.parse(text)
            except BadName as error:
                self._wrong(f"{_short(text)} is not a repo id", error.next_step)
        return None

    def _kind(self) -> RepoKind:
        text = self._text("kind", RepoKind.MODEL.value)
        if text in {kind.value for kind in RepoKind}:
            return RepoKind(text)
        self._wrong(f"there is no kind {_short(text)}", f"write one of: {', '.join(RepoKind)}")
        return RepoKind.MODEL

    def _ref(self) -> str:
        text = self._text("ref")
        try:
            return parse_revision(text) if text else ""
        except BadName as error:
            self._wrong(f"{_short(text)} is not a ref", error.next_step)
        return ""

    def _patterns(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text."""
        node = self._node(key)
        if node is None:
            return ()
        items = list(node.value) if isinstance(node, SequenceNode) else [node]
        if not all(isinstance(item, ScalarNode) and 0 < len(item.value) <= LONGEST_PATTERN for item in items):
            self._wrong(
                f'"{key}" holds something that is no pattern', 'write a list such as ["*.safetensors", "*.json"]'
            )
            return ()
        if len(items) > MOST_PATTERNS:
            self._wrong(f'"{key}" has {len(items)} patterns', f"write at most {MOST_PATTERNS}")
        return tuple(item.value for item in items)


def _instead_of(name: str) -> str:
    meant = [_MEANT[name]] if name in _MEANT else get_close_matches(name, KEYS, 1)
    return f'write "{meant[0]}"' if meant else f"leave it out, or write one of: {', '.join(KEYS)}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}...")
