"""What every S3 server of the tests offers, whoever started it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

REGION = "us-east-1"


@dataclass
class S3Account:
    """An endpoint and the keys of somebody who may do everything there."""

    endpoint: str
    access_key: str
    secret_key: str

    @classmethod
    def named(cls, url: str) -> S3Account:
        """`http://access:secret@host:port`, as HUB_TEST_S3_URL is written."""
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        return cls(f"{parts.scheme}://{place}", parts.username or "", parts.password or "")

    @property
    def environment(self) -> dict[str, str]:
        """The standard variables of the credential chain."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, endpoint: str = "") -> Any:
        """A boto3 client, through another endpoint (a proxy) if one is given."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=endpoint or self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 5, "mode": "standard"}),
        )

    def new_bucket(self, name: str = "") -> str:
        """The name of a bucket that is there and empty."""
        bucket = name or f"test-{uuid.uuid4().hex[:16]}"
        self.client().create_bucket(Bucket=bucket)
        return bucket

    def store_url(self, bucket: str, prefix: str = "blobs", endpoint: str = "", **options: str) -> str:
        """For HUB_STORE_URL."""
        own = {"endpoint": endpoint or self.endpoint, "region": REGION, "path_style": "on"}
        return f"s3://{bucket}/{prefix}?{urlencode(own | options)}"
