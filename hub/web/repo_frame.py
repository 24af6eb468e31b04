"""What stands around every tab of a repo's page: which repo and revision it is, its facts, and the tabs."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.catalog.lookup import find_named_repo, find_revision
from hub.catalog.memory import Memory
from hub.catalog.models import Ref, Repo, Revision
from hub.catalog.shelves import Pin
from hub.catalog.synonyms import suggested
from hub.errors import BadName, Missing, RepoMissing
from hub.names import RepoId, RepoKind, is_commit, parse_revision
from hub.web.repo_addresses import page_of
from hub.web.spoken import spoken
from hub.web.visitors import hub_address

TABS: tuple[tuple[str, Promise], ...] = (
    ("repo", _("Card")),
    ("repo-files", _("Files")),
    ("repo-revisions", _("Revisions")),
    ("repo-about", _("About")),
)
"""(URL name, label)"""
MOST_REFS = 30


@dataclass(frozen=True)
class Totals:
    """Of a revision: its files, their bytes, and how many of them are held."""

    files: int
    bytes: int
    held: int


@dataclass(frozen=True)
class Opened:
    """A held repo at a published revision; `asked` is the revision as it was asked for, "" for the default."""

    repo: Repo
    revision: Revision
    asked: str

    @property
    def pin(self) -> Pin:
        return Pin(self.revision.pk, self.revision.commit)

    @property
    def query(self) -> str:
        """What tabs and folders carry along, with its question mark."""
        return f"?{urlencode({'revision': self.asked})}" if self.asked else ""


_totals: Memory[int, Totals] = Memory(256, 20.0)


def opened(kind: str, name: str, revision: str) -> Opened:
    """Raises Http404 with a sentence for a repo or revision that is not held."""
    try:
        repo = _found(RepoKind(kind.removesuffix("s")), name)
        found = find_revision(repo, parse_revision(revision) if revision else "")
    except (Missing, BadName) as error:
        raise Http404(spoken(error)) from error
    except ValueError as error:
        raise Http404(gettext("There is no kind %(kind)s.") % {"kind": kind}) from error
    found.repo = repo
    is_default = Ref.objects.filter(repo=repo, name=repo.default_ref, revision=found).exists()
    # A commit that the default branch stands at needs no longer address than the branch.
    return Opened(repo, found, "" if is_default and is_commit(revision) else revision)


def frame_of(request: HttpRequest, view: Opened, tab: str) -> dict[str, Any]:
    """The context of web/repo.html."""
    repo = view.repo
    refs = Ref.objects.filter(repo=repo, revision__published_at__isnull=False).select_related("revision")
    return {
        "repo": repo,
        "revision": view.revision,
        "asked": view.asked,
        "query": view.query,
        "kinds": f"{repo.kind}s",
        "totals": totals_of(view.revision),
        "refs": list(refs[:MOST_REFS]),
        "is_default": view.asked in ("", repo.default_ref),
        "tabs": [(f"{page_of(repo, name)}{view.query}", label, name == tab) for name, label in TABS],
        "tab": tab,
        "address": hub_address(request),
        "parameters": parameters_of(view.revision),
    }


def totals_of(revision: Revision) -> Totals:
    """Counted anew after some seconds: files of a revision may still arrive."""
    found = _totals.get(revision.pk)
    if found is None:
        held = Count("pk", filter=Q(blob__isnull=False))
        told = revision.files.order_by().aggregate(files=Count("pk"), bytes=Sum("size"), held=held)
        found = Totals(told["files"], told["bytes"] or 0, told["held"])
        _totals.put(revision.pk, found)
    return found


def parameters_of(revision: Revision) -> int:
    """How many numbers the model has, as upstream counted them; 0 where nobody told."""
    told = revision.info.get("safetensors") or revision.info.get("gguf")
    total = told.get("total") if isinstance(told, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) and 0 < total < 1 << 62 else 0


def _found(kind: RepoKind, name: str) -> Repo:
    try:
        return find_named_repo(kind, name)
    except RepoMissing as error:
        raise suggested(error, kind, RepoId.parse(name.rpartition(":")[2])) from None
