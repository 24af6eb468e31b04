"""Who is asking: `/api/whoami-v2`."""

import hashlib

from django.http import HttpResponse

from hub.dialects.answers import json_answer
from hub.dialects.huggingface.asked import Asked
from hub.dialects.huggingface.describe import stamp
from hub.errors import TokenNeeded


def whoami(asked: Asked) -> HttpResponse:
    """The owner of one of our tokens. Raises TokenNeeded for everybody else, so that a login with a token of another
    hub fails at once and says why."""
    user, token = asked.caller.user, asked.caller.token
    if user is None or token is None:
        raise TokenNeeded("this hub does not know that token", f"ask an admin of {asked.base} for one")
    told = {
        "type": "user",
        "id": hashlib.sha256(f"user:{user.pk}".encode()).hexdigest()[:24],
        "name": user.get_username(),
        "fullname": user.get_full_name() or user.get_username(),
        "email": user.email,
        "emailVerified": False,
        "canPay": False,
        "isPro": False,
        "orgs": [],
        "auth": {
            "type": "access_token",
            "accessToken": {"displayName": token.name, "role": "read", "createdAt": stamp(token.created_at)},
        },
    }
    return json_answer(told)
