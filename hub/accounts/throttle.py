"""Guessing passwords is slow: wrong logins are counted by account and address, in all processes together."""

import hashlib
import math

from hub.counters import counters
from hub.errors import TooManyTries
from hub.sizes import human_seconds

SECONDS = 900.0
FROM_ONE_ADDRESS = 8
"""Wrong passwords for one account from one address; nobody else is held up by them."""
OF_AN_ACCOUNT = 60
"""From all addresses together. High, as it also locks out the account's owner."""
OF_AN_ADDRESS = 40
"""For all accounts together: many people may come from one address."""


def check_tries(account: str, address: str) -> None:
    """Raises TooManyTries, with the seconds to wait, before a password is looked at."""
    for name, most in _tallies(account, address).items():
        total, left = counters().add(name, 0, SECONDS)
        if total >= most:
            seconds = max(1, math.ceil(left))
            raise TooManyTries(
                "too many wrong passwords",
                f"try again in {human_seconds(seconds)}, or ask an admin for a new password",
                seconds,
            )


def count_wrong(account: str, address: str) -> None:
    """One more wrong password."""
    for name in _tallies(account, address):
        counters().add(name, 1, SECONDS)


def forget_wrong(account: str, address: str) -> None:
    """After the right password. What the address did to other accounts stays counted."""
    counters().forget(_pair(account, address))


def _tallies(account: str, address: str) -> dict[str, int]:
    return {
        _pair(account, address): FROM_ONE_ADDRESS,
        f"login account {_mark(account)}": OF_AN_ACCOUNT,
        f"login address {_mark(address)}": OF_AN_ADDRESS,
    }


def _pair(account: str, address: str) -> str:
    return f"login pair {_mark(account)} {_mark(address)}"


def _mark(text: str) -> str:
    # What was typed as a name may be long, or a password in the wrong field.
    return hashlib.sha256(text.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()[:16]
