"""What things are called: repo kinds, repo ids, revisions and paths, parsed in this one place.

Everything that comes from a URL, a form or an upstream passes through here, so that `..`, control characters and
absolute paths are refused once, for everybody.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import BadName

RESERVED_NAMESPACES = frozenset(
    {
        "-",
        "api",
        "datasets",
        "spaces",
        "models",
        "kernels",
        "buckets",
        "v2",
        "oauth",
        "resolve-cache",
        "openapi",
    }
)

_SEGMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?|[A-Za-z0-9_]")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REVISION = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff~^:?*\[\\]{1,255}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class RepoKind(StrEnum):
    """What a repo holds. The plural names the API (`/api/models`), the prefix the web address (`/datasets/...`)."""

    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"

    @property
    def plural(self) -> str:
        return f"{self.value}s"

    @property
    def prefix(self) -> str:
        """What stands before the id in a resolve address: nothing for models, `datasets/` or `spaces/` else."""
        return "" if self is RepoKind.MODEL else f"{self.plural}/"


@dataclass(frozen=True)
class RepoId:
    """`namespace/name` as upstream spells it; legacy ids such as `gpt2` have no namespace."""

    namespace: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "RepoId":
        """Raises BadName for anything that is not one or two plain segments."""
        segments = text.split("/")
        if len(segments) > 2 or not all(_is_segment(segment) for segment in segments):
            raise BadName(f"{text!r} is not a repo id", "write it as namespace/name")
        if segments[0].lower() in RESERVED_NAMESPACES:
            raise BadName(f"{segments[0]!r} cannot be a namespace", "write the id as namespace/name")
        return cls(segments[0] if len(segments) == 2 else "", segments[-1])

    @property
    def key(self) -> str:
        """The id as it is compared: hubs do not tell letter case apart."""
        return str(self).lower()

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def _is_segment(text: str) -> bool:
    return bool(_SEGMENT.fullmatch(text)) and ".." not in text and "--" not in text


def is_commit(revision: str) -> bool:
    """True for a full 40-hex commit id, the only revision that never moves."""
    return bool(_COMMIT.fullmatch(revision))


def parse_revision(text: str) -> str:
    """A branch, tag, commit or `refs/...` name. Raises BadName for what git would refuse too."""
    segments = text.split("/")
    if not _REVISION.fullmatch(text) or ".." in text or "@{" in text or any(s in {"", "."} for s in segments):
        raise BadName(f"{text!r} is not a revision", "use a branch, a tag, a 40-hex commit or refs/pr/N")
    return text


def parse_path(text: str) -> str:
    """A file's path inside a repo, with `/` between segments. Raises BadName for `..`, empty segments and controls.

    Backslashes are refused too: on a client's Windows disk they would be separators.
    """
    segments = text.split("/")
    if any(segment in {"", ".", ".."} for segment in segments) or _CONTROL.search(text) or "\\" in text:
        raise BadName(f"{text!r} is not a path inside a repo", "use a relative path such as onnx/model.onnx")
    if len(text.encode()) > 1024:
        raise BadName("the path is longer than 1,024 bytes", "use the path exactly as the tree lists it")
    return text
