"""`POST login` and `users/me`: who is asking."""

import json

from django.conf import settings
from django.http import HttpResponse
from django.http.request import RawPostDataException

from hub.accounts.models import User
from hub.dialects.modelscope.asked import COOKIE, Asked
from hub.dialects.modelscope.envelope import enveloped, open_enveloped
from hub.dialects.modelscope.errors import login_step
from hub.errors import BadInput, TokenNeeded


def login(asked: Asked) -> HttpResponse:
    """Gives a token of this hub back as the cookie that clients keep, and send as their bearer token from then on.
    Raises TokenNeeded for every other token, which is neither kept nor passed on."""
    text = _token(asked)
    user = asked.caller_with(f"Bearer {text}").user
    if user is None:
        raise TokenNeeded("this hub does not know that token", login_step(asked))
    answer = enveloped({"AccessToken": text, **_profile(user)})
    answer.headers["Cache-Control"] = "no-store"
    answer.set_cookie(COOKIE, text, httponly=True, samesite="Lax", secure=asked.is_secure)
    return answer


def me(asked: Asked) -> HttpResponse:
    """Raises TokenNeeded for those who are not known: it is the only check of a token that clients have."""
    user = asked.caller.user
    if user is None:
        raise TokenNeeded("this hub does not know that token", login_step(asked))
    answer = open_enveloped({"id": user.pk, "username": user.get_username(), "email": user.email, **_profile(user)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def ask_who_is_there(asked: Asked) -> None:
    """Raises TokenNeeded on a hub that serves nobody unknown, and TokenWrong for a token that is over: whoever shows
    one must not be served as nobody."""
    if asked.caller.user is None and not settings.ANONYMOUS_PULL:
        raise TokenNeeded("this hub asks who is there", login_step(asked))


def _token(asked: Asked) -> str:
    try:
        text = json.loads(asked.request.body or b"{}").get("AccessToken", "")
    except (ValueError, AttributeError, RawPostDataException) as error:
        raise BadInput("the body is no JSON object", 'send {"AccessToken": "..."}') from error
    return text.strip() if isinstance(text, str) else ""


def _profile(user: User) -> dict[str, str]:
    return {"Username": user.get_username(), "Email": user.email, "NickName": user.get_full_name()}
