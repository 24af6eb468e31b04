"""What a bucket answers, told as store errors: one sentence and a next step. Knows boto's errors by their shape."""

from typing import Any

from hub.errors import HubError, StoreError, StoreFull

RETRY_SECONDS = 15.0
GONE = {"NoSuchKey", "404", "NotFound"}
NO_UPLOAD = {"NoSuchUpload"}

_FULL = {
    "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage", "507",
    "InsufficientCapacity", "TotalMaxStorageSizeExceeded",
}  # fmt: skip
_BUSY = {
    "SlowDown", "SlowDownRead", "SlowDownWrite", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling",
    "ThrottlingException", "RequestLimitExceeded", "OperationAborted", "BandwidthLimitExceeded", "500", "502",
    "503", "504",
}  # fmt: skip
_RIGHTS = "give these credentials the rights that the operator guide lists for the bucket"
_ENDPOINT = "look at the endpoint in HUB_STORE_URL and at the network"
_STEPS = {
    "NoSuchBucket": ("there is no such bucket", "create it, or correct HUB_STORE_URL"),
    "AccessDenied": ("access is denied", _RIGHTS),
    "403": ("access is denied", _RIGHTS),
    "AllAccessDisabled": ("access is switched off", "ask whoever runs the bucket"),
    "UserSuspended": ("the account is suspended", "ask whoever runs the bucket"),
    "InvalidAccessKeyId": ("the access key is not known there", "look at AWS_ACCESS_KEY_ID and at the endpoint"),
    "SignatureDoesNotMatch": ("the secret key is wrong", "look at AWS_SECRET_ACCESS_KEY"),
    "ExpiredToken": ("the session token has expired", "renew the credentials"),
    "InvalidToken": ("the session token is not valid", "renew the credentials"),
    "RequestTimeTooSkewed": ("this host's clock differs too much from the server's", "set it by NTP"),
    "AuthorizationHeaderMalformed": ("the region is wrong", "put region=… of the bucket into HUB_STORE_URL"),
    "IllegalLocationConstraintException": ("the region is wrong", "put region=… of the bucket into HUB_STORE_URL"),
    "PermanentRedirect": ("the bucket lives elsewhere", "put its region or endpoint into HUB_STORE_URL"),
    "301": ("the bucket lives elsewhere", "put its region or endpoint into HUB_STORE_URL"),
    "SecondLevelDomainForbidden": ("path style is refused", "put path_style=off into HUB_STORE_URL"),
    "EntityTooLarge": ("an object is larger than the server takes", "raise the server's limit"),
    "KMS.NotFoundException": ("the KMS key is not known", "look at kms_key in HUB_STORE_URL"),
    "KMS.DisabledException": ("the KMS key is disabled", "enable it"),
}  # fmt: skip
_KINDS = {
    "NoCredentialsError": ("no credentials were found", "set AWS_ACCESS_KEY_ID and its secret, or use a role"),
    "PartialCredentialsError": ("the credentials are incomplete", "AWS_ACCESS_KEY_ID needs AWS_SECRET_ACCESS_KEY"),
    "CredentialRetrievalError": ("the credentials cannot be had", "look at the role or the command that gives them"),
    "ProfileNotFound": ("AWS_PROFILE names a profile that does not exist", "correct it"),
    "NoRegionError": ("no region is known", "put region=… into HUB_STORE_URL"),
    "SSLError": ("the TLS certificate is not trusted", "point AWS_CA_BUNDLE at your authority's certificate"),
    "EndpointConnectionError": ("nothing answers there", _ENDPOINT),
    "ConnectTimeoutError": ("nothing answers there in time", _ENDPOINT),
    "ResponseParserError": ("what answers there is no S3 server", "look at the endpoint in HUB_STORE_URL"),
}  # fmt: skip


class Precondition(StoreError):
    """The object is not the one that was expected: somebody else has replaced or removed it."""


class Vanished(StoreError):
    """An object or a multipart upload is not there: completed, aborted or expired behind our back.

    Servers do not agree on which of the two they say: Ceph answers NoSuchKey where AWS says NoSuchUpload.
    """


def code_of(error: Exception) -> str:
    """The server's code, such as NoSuchKey; "" where the error is not an answer of the server."""
    answer: dict[str, Any] = getattr(error, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


def told(error: Exception, place: str) -> HubError:
    """The store error for one of boto's; `place` names the bucket."""
    code = code_of(error)
    status = (getattr(error, "response", None) or {}).get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in GONE | NO_UPLOAD:
        return Vanished(f"the upload into {place} is gone", "it starts over by itself", RETRY_SECONDS)
    if code in {"PreconditionFailed", "412", "InvalidPart", "InvalidPartOrder"}:
        return Precondition(f"somebody else has changed what was sent to {place}", "it is tried again by itself", 1)
    if code in _FULL or status == 507:
        return StoreFull(
            f"the store {place} is full ({code})",
            "free some room (manage.py pruneblobs) or raise the quota; what has arrived is kept",
            retry_after=300,
        )
    if code in _BUSY or status >= 500:
        return StoreError(f"the store {place} is busy ({code})", "it is tried again by itself", RETRY_SECONDS)
    if code:
        what, step = _STEPS.get(code, (f"the server refused with {code}", "read what its log says"))
        return StoreError(f"the store {place} cannot be used: {what}", step)
    return _told_by_kind(error, place)


def _told_by_kind(error: Exception, place: str) -> StoreError:
    """Errors that are no answers: no credentials, no connection, a connection that broke."""
    for kind in type(error).__mro__:
        if kind.__name__ in _KINDS:
            what, step = _KINDS[kind.__name__]
            return StoreError(f"the store {place} cannot be used: {what}", step, RETRY_SECONDS)
    return StoreError(
        f"the connection to the store {place} broke ({type(error).__name__})",
        "it is tried again by itself",
        RETRY_SECONDS,
    )
