"""The rules of a new hub: permissive licence, not gated, up to 20 GB: come in; anything else: ask an admin."""

from hub.policy.models import Action, Rule

MAX_BYTES = 20 * 10**9

PERMISSIVE_LICENCES = [
    "0bsd",
    "afl-3.0",
    "apache-2.0",
    "artistic-2.0",
    "bsd",
    "bsd-2-clause",
    "bsd-3-clause",
    "bsd-3-clause-clear",
    "bsl-1.0",
    "cc0-1.0",
    "cc-by-2.0",
    "cc-by-2.5",
    "cc-by-3.0",
    "cc-by-4.0",
    "cdla-permissive-1.0",
    "cdla-permissive-2.0",
    "ecl-2.0",
    "isc",
    "mit",
    "mit-0",
    "ms-pl",
    "ncsa",
    "odc-by",
    "pddl",
    "postgresql",
    "unlicense",
    "wtfpl",
    "zlib",
]
"""Licence ids as Hugging Face writes them that ask for no more than attribution: no copyleft, no limits on use."""


def seed_rules() -> None:
    """Writes the quick-start rules that are not there yet; never touches a rule that exists.

    Called once in a hub's life (the first start remembers it), so that a rule an admin deletes stays deleted.
    """
    Rule.objects.get_or_create(
        name="Permissive and small",
        defaults={
            "position": 100,
            "action": Action.ALLOW,
            "reason": "permissive licence, not gated, at most 20 GB",
            "licences": PERMISSIVE_LICENCES,
            "max_bytes": MAX_BYTES,
            "gated": False,
        },
    )
    Rule.objects.get_or_create(
        name="Anything else",
        defaults={
            "position": 1000,
            "action": Action.ASK,
            "reason": "no rule lets it in by itself: other licence, gated, or larger than 20 GB",
        },
    )
