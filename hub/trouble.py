"""Exceptions that nobody foresaw, as errors that people can be told."""

from django.db import InterfaceError, OperationalError

from hub.errors import DatabaseAway, HubError

AWAY = (OperationalError, InterfaceError)
"""What a database raises that restarts, is overloaded, or cannot be reached."""
RETRY_SECONDS = 5


def told(error: BaseException | None) -> HubError:
    """DatabaseAway where the database does not answer; else an error that leads to the log."""
    if isinstance(error, AWAY):
        return DatabaseAway(
            "this hub's database does not answer for now", "try again in a moment", retry_after=RETRY_SECONDS
        )
    return HubError("this hub failed to answer", "try again, or show an operator its log")
