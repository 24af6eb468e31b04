"""Answers that are no success and mean the same on every kind of upstream, in our own errors."""

from hub.errors import HubError, UpstreamBroken, UpstreamRateLimited, UpstreamTokenWrong, UpstreamUnreachable
from hub.upstreams.question import SOON, Question
from hub.upstreams.redirects import Answer
from hub.upstreams.waiting import seconds_to_wait

LONGEST_MESSAGE = 600


def raise_trouble(answer: Answer, message: str, question: Question) -> None:
    """Raises for the content network, for too many requests and for an upstream in trouble; returns for the rest."""
    status = answer.response.status
    if not answer.is_own:
        raise _of_content_network(answer, question)
    if status == 429:
        raise rate_limited(answer, question)
    if status == 408 or status >= 500:
        raise in_trouble(answer, status, message, question)


def in_trouble(answer: Answer, code: int, message: str, question: Question) -> UpstreamUnreachable:
    wait = seconds_to_wait(answer.response.headers)
    return UpstreamUnreachable(f"{question.name} answers with an error now ({code}){quoted(message)}", SOON, wait)


def rate_limited(answer: Answer, question: Question) -> UpstreamRateLimited:
    step = (
        "" if question.has_token else f"set a token for this upstream ({question.token_setting}): it may ask more often"
    )
    return UpstreamRateLimited(
        f"{question.name} asks us to come back later: too many requests", step, seconds_to_wait(answer.response.headers)
    )


def _of_content_network(answer: Answer, question: Question) -> HubError:
    status = answer.response.status
    if status == 429 or status >= 500:
        wait = seconds_to_wait(answer.response.headers)
        error = UpstreamRateLimited if status == 429 else UpstreamUnreachable
        return error(f"the content network of {question.name} answers {status} now", SOON, wait)
    why = "its signed address has expired or was refused" if status == 403 else "it does not have the bytes"
    return UpstreamBroken(f"the content network of {question.name} answered {status} for {question.path}: {why}")


def not_a_hub(status: int, question: Question) -> UpstreamBroken:
    return UpstreamBroken(
        f"{question.name} answered {status} with a web page",
        "check the upstream's address, and whether a proxy or a login page stands in between",
    )


def token_wrong(message: str, question: Question) -> UpstreamTokenWrong:
    return UpstreamTokenWrong(
        f"{question.name} does not accept the token that is set for it{quoted(message)}",
        "enter a new token for this upstream in the admin",
    )


def one_line(text: str) -> str:
    """An upstream's own sentence: printable, on one line, not endless."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_MESSAGE]


def quoted(message: str) -> str:
    return f": {message}" if message else ""
