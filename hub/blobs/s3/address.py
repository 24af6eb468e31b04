"""HUB_STORE_URL of a store in a bucket, read and judged without any network."""

import re
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from hub.errors import StoreError

EXAMPLE = "s3://bucket/prefix?endpoint=https://s3.example.org&region=us-east-1"
OPTIONS = {"endpoint", "region", "path_style", "sse", "kms_key", "public_endpoint"}
ENCRYPTIONS = {"AES256", "aws:kms"}

_BUCKET = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]")
_PREFIX = re.compile(r"[a-zA-Z0-9!_.*'()/-]*")
_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class StoreAddressError(StoreError):
    """HUB_STORE_URL makes no sense; `check_id` is the system check that says so."""

    permanent: ClassVar[bool] = True

    def __init__(self, check_id: str, sentence: str, next_step: str = f"write it as {EXAMPLE}") -> None:
        super().__init__(f"HUB_STORE_URL {sentence}", next_step)
        self.check_id = check_id


@dataclass(frozen=True)
class BucketAddress:
    """Where the bucket is and how it is spoken to. `prefix` is "" or ends with a slash."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    path_style: bool = False
    sse: str = ""
    kms_key: str = ""
    public_endpoint: str = ""

    @property
    def is_plain_http(self) -> bool:
        return self.endpoint.startswith("http:")

    @property
    def name(self) -> str:
        """For sentences: bucket, prefix and host, nothing secret."""
        place = f"s3://{self.bucket}/{self.prefix}".rstrip("/")
        return f"{place} at {self.endpoint}" if self.endpoint else place


def parse(url: str) -> BucketAddress:
    """Raises StoreAddressError, with a sentence that never repeats what might be a password."""
    address = urlsplit(url)
    bucket, prefix = _place(address)
    options = _options(address.query)
    path_style = options.get("path_style", "on" if options.get("endpoint") else "off").lower()
    if path_style not in _WORDS:
        raise StoreAddressError("hub.E012", f"has path_style={path_style}", "write path_style=on or path_style=off")
    sse, kms_key = _encryption(options)
    return BucketAddress(
        bucket=bucket,
        prefix=prefix,
        endpoint=_origin(options, "endpoint"),
        region=options.get("region", ""),
        path_style=_WORDS[path_style],
        sse=sse,
        kms_key=kms_key,
        public_endpoint=_origin(options, "public_endpoint"),
    )


def _place(address: SplitResult) -> tuple[str, str]:
    if "@" in address.netloc:
        raise StoreAddressError(
            "hub.E011",
            "holds credentials, which end up in logs there",
            "leave them out of the address and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a role",
        )
    if not _BUCKET.fullmatch(address.netloc):
        raise StoreAddressError("hub.E011", f"names no bucket ({address.netloc!r} cannot be one)")
    prefix = address.path.strip("/")
    if not _PREFIX.fullmatch(prefix) or any(part in {"", ".", ".."} for part in prefix.split("/") if prefix):
        raise StoreAddressError(
            "hub.E011", f"has the prefix {prefix!r}", "use letters, digits and - _ . between single slashes"
        )
    if address.fragment:
        raise StoreAddressError("hub.E011", "has a #, which no address of a bucket has")
    return address.netloc, f"{prefix}/" if prefix else ""


def _options(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    known = ", ".join(sorted(OPTIONS))
    for name, _ in pairs:
        if name not in OPTIONS:
            raise StoreAddressError("hub.E012", f"has the unknown option {name!r}", f"the options are {known}")
    options = dict(pairs)
    if len(options) < len(pairs):
        raise StoreAddressError("hub.E012", "names an option twice", "leave one of the two away")
    return {name: value for name, value in options.items() if value}


def _origin(options: dict[str, str], name: str) -> str:
    text = options.get(name, "").rstrip("/")
    if not text:
        return ""
    address = urlsplit(text)
    try:
        port_is_fine = address.port != 0
    except ValueError:
        port_is_fine = False
    bare = not (address.path or address.query or address.fragment or "@" in address.netloc)
    if address.scheme not in {"http", "https"} or not address.hostname or not port_is_fine or not bare:
        raise StoreAddressError(
            "hub.E013", f"has an {name} that is no web address", f"write it as {name}=https://s3.example.org"
        )
    return text


def _encryption(options: dict[str, str]) -> tuple[str, str]:
    sse, kms_key = options.get("sse", ""), options.get("kms_key", "")
    if sse and sse not in ENCRYPTIONS:
        raise StoreAddressError("hub.E014", f"has sse={sse}", f"write one of {', '.join(sorted(ENCRYPTIONS))}")
    if kms_key and sse != "aws:kms":
        raise StoreAddressError("hub.E014", "has a kms_key without sse=aws:kms", "add sse=aws:kms, or leave it away")
    return sse, kms_key
