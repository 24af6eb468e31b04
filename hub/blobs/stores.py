"""Which store this hub uses, from HUB_STORE_URL."""

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings

from hub.blobs.local import LocalStore
from hub.blobs.s3.address import StoreAddressError, parse
from hub.blobs.store import Store
from hub.errors import StoreError


def store() -> Store:
    """The store of this hub; one object for each address. Raises StoreError for an address that makes no sense."""
    return store_at(settings.STORE_URL)


@cache
def store_at(url: str) -> Store:
    """The store at an address; the same object each time. Raises StoreError."""
    address = urlsplit(url)
    if address.scheme == "s3":
        # Not at the top: a hub whose blobs are files does without the memory and the second that boto3 takes.
        from hub.blobs.s3.store import S3Store

        return S3Store(parse(url))
    if address.scheme != "file":
        raise StoreAddressError(
            "hub.E010",
            f"is {url!r}, which names no kind of store that is known here",
            "write it as file:///a/directory or s3://bucket",
        )
    if address.netloc not in {"", "localhost"} or not address.path.startswith("/"):
        raise StoreError(f"HUB_STORE_URL is {url!r}, which is no absolute path", "write it as file:///a/directory")
    return LocalStore(Path(unquote(address.path)))
