"""What the commands about held repos share: an id, and the published revisions that it names."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from hub.catalog.lookup import find_revision
from hub.catalog.models import Repo, Revision
from hub.errors import HubError
from hub.names import RepoKind
from hub.upstreams.registry import parse_named_id


def add_held(parser: CommandParser, required: bool = True) -> None:
    parser.add_argument(
        "id", nargs=None if required else "?", help="org/name, or huggingface:org/name to name the upstream"
    )
    parser.add_argument("--kind", choices=[kind.value for kind in RepoKind], default=RepoKind.MODEL.value)
    parser.add_argument("--revision", default="", help="a branch, tag or commit; default: the whole repo")


def repo_named(options: dict[str, Any]) -> Repo:
    """Raises CommandError where it is not held."""
    try:
        upstream, repo_id = parse_named_id(options["id"])
    except HubError as error:
        raise CommandError(error.words) from error
    repos = Repo.objects.filter(upstream=upstream, kind=options["kind"], key=repo_id.key, held=True)
    found = repos.select_related("upstream").first()
    if found is None:
        raise CommandError(f"This hub does not hold the {options['kind']} {repo_id}.")
    return found


def revisions_named(options: dict[str, Any]) -> list[Revision]:
    """The one that `--revision` names, or all published ones. Raises CommandError where there is none."""
    repo = repo_named(options)
    if not options["revision"]:
        return list(repo.revisions.filter(published_at__isnull=False).select_related("repo__upstream"))
    try:
        return [find_revision(repo, options["revision"])]
    except HubError as error:
        raise CommandError(error.words) from error
