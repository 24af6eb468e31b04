"""What the commands about following share: their options, and the request that an id and a revision name."""

import re
from typing import Any

from django.core.management.base import CommandError, CommandParser

from hub.mirroring.follow import Follow
from hub.mirroring.models import Request
from hub.mirroring.patterns import Patterns
from hub.names import RepoKind
from hub.upstreams.registry import is_default, parse_named_id

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_of(text: str) -> int:
    """`90s`, `30m`, `6h` or `1d` in seconds. Raises CommandError for anything else."""
    found = re.fullmatch(r"(\d{1,7})\s*([smhd])", text.strip().lower())
    if found is None:
        raise CommandError(f"{text!r} is no interval. Write it as 30m, 6h or 1d.")
    return int(found[1]) * _UNITS[found[2]]


def add_wish(parser: CommandParser) -> None:
    """The id and what tells one wish for a repo from another."""
    parser.add_argument("id", help="org/name, or huggingface:org/name to name the upstream")
    parser.add_argument("--kind", choices=[kind.value for kind in RepoKind], default=RepoKind.MODEL.value)
    parser.add_argument("--revision", default="", help="branch, tag, commit or refs/pr/N; default: upstream's own")
    parser.add_argument("--include", action="append", default=[], metavar="PATTERN", help='e.g. "*.safetensors"')
    parser.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help='e.g. "*.bin"')


def add_following(parser: CommandParser) -> None:
    """How a ref is followed."""
    parser.add_argument("--every", metavar="TIME", help="e.g. 30m, 6h, 1d; default: HUB_FOLLOW_MINUTES")
    parser.add_argument(
        "--auto", choices=Follow.Auto.values, help="who lets updates in: an admin each time, the rules, or the approval"
    )
    parser.add_argument("--keep", type=int, metavar="N", help="published revisions to keep, 0 = all")


def following_of(options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `following.follow` that were given."""
    every = options["every"]
    return {"every": seconds_of(every) if every else None, "auto": options["auto"], "keep": options["keep"]}


def request_named(options: dict[str, Any]) -> Request:
    """The request of a wish that exists already. Raises CommandError where there is none, and HubError for the id."""
    upstream, repo_id = parse_named_id(options["id"])
    ref = "" if is_default(upstream.kind, options["revision"]) else options["revision"]
    patterns = Patterns.of(options["include"], options["exclude"])
    named = Request.objects.filter(upstream=upstream, kind=options["kind"], key=repo_id.key, ref=ref)
    found: Request | None = named.filter(patterns_key=patterns.key).select_related("upstream").first()
    if found is None:
        raise CommandError(f"Nobody asked for {repo_id} like that. Begin with: manage.py mirror {repo_id} --follow")
    return found
