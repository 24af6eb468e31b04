"""Access tokens of this hub: made once, shown once, kept as a sha256.

The text has the shape of a Hugging Face token (`hf_` and letters), because clients and proxies look at the shape. It
carries 238 random bits, so a plain sha256 is as good as a slow password hash: there is nothing to guess from. The
lookup by digest needs no constant-time comparison either: what an index lookup could leak is how far a *digest*
matches, and nobody can choose the digest of a text that they have to guess.
"""

import hashlib
import re
import secrets
import string
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hub.accounts.callers import SYSTEM, Caller
from hub.accounts.events import record
from hub.accounts.models import AccessToken, User
from hub.errors import TokenWrong

LENGTH = 40
CACHE_SECONDS = 5
USED_EVERY = timedelta(minutes=10)
"""`last_used_at` is written at most this often: a pull of a thousand files must not become a thousand writes."""

_ALPHABET = string.ascii_letters + string.digits
_BEARER = re.compile(r"bearer\s+(\S+)\s*", re.IGNORECASE)
_CACHE_LIMIT = 4096
_known: dict[str, tuple[float, AccessToken | None]] = {}
"""Digest -> (monotonic time until which it holds, its row). Digests only: a foreign token's text is never kept."""


def issue(user: User, name: str, expires_at: datetime | None = None, by: Caller = SYSTEM) -> str:
    """Makes a token for `user` and returns its text, which cannot be had again."""
    text = "hf_" + "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
    with transaction.atomic():
        token = AccessToken.objects.create(
            user=user, name=name, prefix=text[:7], digest=_digest(text), expires_at=expires_at
        )
        record(by, "token.issued", f"token {token} of {user}", expires_at=expires_at and expires_at.isoformat())
    return text


def revoke(token: AccessToken, by: Caller) -> bool:
    """Ends a token; False when it had been revoked before. Other processes notice within CACHE_SECONDS."""
    with transaction.atomic():
        ended = AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
        if ended:
            record(by, "token.revoked", f"token {token} of {token.user}")
    _known.pop(token.digest, None)
    return bool(ended)


def caller_of(authorization: str, address: str = "", client: str = "") -> Caller:
    """Who sent this `Authorization` header. A missing, foreign or unknown token makes an anonymous caller.

    Raises TokenWrong for a token of this hub that was revoked or has expired, or whose user was switched off.
    """
    match = _BEARER.fullmatch(authorization.strip())
    token = _find(_digest(match[1])) if match else None
    if token is None:
        return Caller(address=address, client=client)
    _refuse_if_over(token)
    return Caller(user=token.user, token=token, address=address, client=client)


def forget_cached() -> None:
    """Empties the in-process cache."""
    _known.clear()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _find(digest: str) -> AccessToken | None:
    until, token = _known.get(digest, (0.0, None))
    if time.monotonic() < until:
        return token
    token = AccessToken.objects.select_related("user").filter(digest=digest).first()
    if token is not None:
        _note_use(token)
    if len(_known) >= _CACHE_LIMIT:
        _known.clear()
    _known[digest] = (time.monotonic() + CACHE_SECONDS, token)
    return token


def _note_use(token: AccessToken) -> None:
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        AccessToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def _refuse_if_over(token: AccessToken) -> None:
    step = "ask an admin of this hub for a new token, then run `hf auth login` or set HF_TOKEN"
    if token.revoked_at is not None:
        raise TokenWrong(f"the token {token} was revoked", step)
    if token.expires_at is not None and token.expires_at <= timezone.now():
        raise TokenWrong(f"the token {token} expired on {token.expires_at:%Y-%m-%d}", step)
    if not token.user.is_active:
        raise TokenWrong(f"the account of the token {token} is switched off", step)
