"""HUB_STORE_URL of a bucket: what it means, and what is said about one that makes no sense."""

from typing import Any

import pytest

from hub import checks
from hub.blobs.s3.address import BucketAddress, StoreAddressError, parse

FULL = (
    "s3://models/hub/one?endpoint=https://s3.example.org:8443&region=eu-1&path_style=off&sse=aws:kms&kms_key=alias/hub"
    "&public_endpoint=https://cdn.example.org"
)


def test_every_option_is_read() -> None:
    assert parse(FULL) == BucketAddress(
        bucket="models",
        prefix="hub/one/",
        endpoint="https://s3.example.org:8443",
        region="eu-1",
        path_style=False,
        sse="aws:kms",
        kms_key="alias/hub",
        public_endpoint="https://cdn.example.org",
    )


def test_a_bucket_alone_is_enough() -> None:
    assert parse("s3://models") == BucketAddress("models")


def test_path_style_is_the_rule_where_an_endpoint_is_named() -> None:
    assert parse("s3://models?endpoint=http://127.0.0.1:9000").path_style
    assert not parse("s3://models?region=eu-1").path_style


@pytest.mark.parametrize(
    ("url", "check_id"),
    [
        ("gs://models", "hub.E010"),
        ("s3:///prefix", "hub.E011"),
        ("s3://my models/x", "hub.E011"),
        ("s3://key:secret@models/x", "hub.E011"),
        ("s3://models/../x", "hub.E011"),
        ("s3://models/a//b", "hub.E011"),
        ("s3://models/x#y", "hub.E011"),
        ("s3://models?endpont=https://s3.example.org", "hub.E012"),
        ("s3://models?region=a&region=b", "hub.E012"),
        ("s3://models?path_style=maybe", "hub.E012"),
        ("s3://models?endpoint=s3.example.org", "hub.E013"),
        ("s3://models?endpoint=https://s3.example.org/path", "hub.E013"),
        ("s3://models?endpoint=https://key:secret@s3.example.org", "hub.E013"),
        ("s3://models?endpoint=https://s3.example.org:port", "hub.E013"),
        ("s3://models?public_endpoint=ftp://s3.example.org", "hub.E013"),
        ("s3://models?sse=AES512", "hub.E014"),
        ("s3://models?kms_key=alias/hub", "hub.E014"),
    ],
)
def test_what_makes_no_sense_has_a_check_of_its_own(settings: Any, url: str, check_id: str) -> None:
    settings.STORE_URL = url
    (error,) = checks.check_store()
    assert error.id == check_id
    assert error.hint
    assert "HUB_STORE_URL" in error.msg
    assert "secret" not in error.msg


def test_a_wrong_address_is_a_permanent_error() -> None:
    with pytest.raises(StoreAddressError) as caught:
        parse("s3://")
    assert caught.value.permanent
