"""Secrets that must come back (upstream tokens) are encrypted at rest; the key is derived from HUB_SECRET_KEY."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from hub.errors import SealBroken


def _box() -> Fernet:
    key = hashlib.sha256(b"entrepot sealed secrets\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(secret: str) -> str:
    """The secret as text that is safe to keep in a row; "" stays ""."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret again. Raises SealBroken when HUB_SECRET_KEY has changed since."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken(
            "a stored secret cannot be read: HUB_SECRET_KEY is not the one it was sealed with",
            "restore the old HUB_SECRET_KEY, or enter the upstream's token again in the admin",
        ) from None
