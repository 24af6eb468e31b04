"""The sentence of an error as every dialect tells it."""

from hub.dialects.asked import Asked
from hub.errors import HubError


def words(asked: Asked, error: HubError) -> str:
    """The sentence, and where the request can be followed."""
    if error.request_id is None:
        return error.words
    return f"{error.words} Follow it at {request_page(asked, error.request_id)}"


def request_page(asked: Asked, request_id: int) -> str:
    return f"{asked.base}/-/requests/{request_id}"
