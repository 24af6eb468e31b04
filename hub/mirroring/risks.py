"""Kinds of risk that an update can bring. Pure, and free of models, so that the check of the settings can name them."""

from typing import Any

KINDS = ("licence", "gated", "code", "pickles", "history", "size")
"""What HUB_FOLLOW_ASK may name."""


def risks(change: dict[str, Any]) -> set[str]:
    """Which kinds of risk an update brings, in the words of HUB_FOLLOW_ASK."""
    before, after = change["bytes"]
    found = {
        "licence": change["licence"] is not None,
        # A repo that opens is no risk; one that closes has terms that nobody here has accepted.
        "gated": change["gated"] is not None and bool(change["gated"][1]),
        "code": bool(change["code"]),
        "pickles": bool(change["pickles"]),
        "history": change["rewritten"],
        "size": after > 2 * before,
    }
    return {kind for kind, is_so in found.items() if is_so}
