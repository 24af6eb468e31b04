"""A bucket that cannot be used: the sentence says why, the next step what to do."""

import json
import socket
from typing import Any

import pytest

from hub import checks
from tests.services.s3 import S3Account

pytestmark = pytest.mark.service


@pytest.fixture
def account(s3_server: S3Account, monkeypatch: pytest.MonkeyPatch) -> S3Account:
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server


def complaint(settings: Any, url: str) -> tuple[str, str]:
    settings.STORE_URL = url
    (error,) = checks.check_store()
    assert error.id == "hub.E004"
    return error.msg, error.hint or ""


def test_a_bucket_that_is_fine(account: S3Account, settings: Any) -> None:
    settings.STORE_URL = account.store_url(account.new_bucket())
    assert checks.check_store() == []


def test_no_such_bucket(account: S3Account, settings: Any) -> None:
    sentence, hint = complaint(settings, account.store_url("nobody-made-this"))
    assert "no such bucket" in sentence
    assert "nobody-made-this" in sentence
    assert "create it" in hint


def test_a_secret_that_is_wrong(account: S3Account, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    sentence, hint = complaint(settings, account.store_url("wrong-secret"))
    assert "secret key is wrong" in sentence
    assert "AWS_SECRET_ACCESS_KEY" in hint
    assert "not-the-secret" not in sentence + hint


def test_a_key_that_nobody_knows(account: S3Account, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    sentence, _ = complaint(settings, account.store_url("unknown-key"))
    assert "access key is not known" in sentence


def test_no_credentials_at_all(account: S3Account, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "/nowhere")
    sentence, hint = complaint(settings, account.store_url("no-credentials"))
    assert "no credentials" in sentence
    assert "AWS_ACCESS_KEY_ID" in hint


def test_a_bucket_that_may_only_be_read(account: S3Account, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = account.new_bucket()
    where = f"arn:aws:s3:::{bucket}/*"
    rule = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": where}
    account.client().put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [rule]}))
    sentence, hint = complaint(settings, account.store_url(bucket))
    assert "access is denied" in sentence
    assert "operator guide" in hint


def test_an_endpoint_where_nothing_answers(account: S3Account, settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = account.store_url("some-bucket", endpoint=f"http://127.0.0.1:{free.getsockname()[1]}")
        sentence, hint = complaint(settings, url)
    assert "nothing answers" in sentence
    assert "endpoint" in hint
