"""What git and git-lfs are told: files are kept here by digest, without the history that a clone would need.

git shows the body of a refusal to the person who typed the command only if it is plain text, and says "repository not
found" to a 404 whatever the body is; so the answer is a 403 of plain text. git-lfs shows the `message` of its own JSON.
"""

from urllib.parse import unquote

from django.http import HttpResponse

from hub.dialects.answers import compact, text_answer
from hub.dialects.asked import Asked
from hub.dialects.naming import KINDS
from hub.errors import BadName
from hub.names import RepoId, RepoKind

SERVICES = ("git-upload-pack", "git-receive-pack")
LFS = "application/vnd.git-lfs+json"


def is_git(asked: Asked) -> bool:
    """Never a file of a repo: those are read without `service`, and nobody posts to them."""
    if asked.method == "POST":
        return asked.path.endswith(tuple(f"/{service}" for service in SERVICES)) or "/info/lfs/" in asked.path
    return asked.path.endswith("/info/refs") and asked.query.get("service") in SERVICES


def no_history(asked: Asked) -> HttpResponse:
    """The same for every repo, held or not: nothing is looked up."""
    why = "This hub keeps the files of a repo, not its git history, so there is nothing to clone, fetch or push."
    instead = f"Run instead: HF_ENDPOINT={asked.base} hf download {_arguments(asked)}"
    if "/info/lfs/" in asked.path:
        told = compact({"message": f"{why} {instead}", "documentation_url": f"{asked.base}/-/docs/tools#git"})
        return HttpResponse(told, status=403, content_type=LFS)
    return text_answer(f"{why}\n{instead}", 403)


def _arguments(asked: Asked) -> str:
    """What follows `hf download`, as far as the address tells."""
    segments = list(asked.segments)
    kind = KINDS[segments.pop(0)] if segments[0] in KINDS else RepoKind.MODEL
    name = "/".join(unquote(segment) for segment in segments[:2]).removesuffix(".git")
    try:
        repo = str(RepoId.parse(name))
    except BadName:
        repo = "ORG/NAME"
    return repo if kind is RepoKind.MODEL else f"{repo} --repo-type {kind}"
