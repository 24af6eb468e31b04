"""The origin of the LFS objects: an address is the digest of the file, signed with the time of signing."""

from __future__ import annotations

import hmac
import time
from urllib.parse import urlencode

from tests.fakes.answers import Headers
from tests.fakes.cdn import Cdn
from tests.fakes.content import FakeRepo, RepoFile
from tests.fakes.routes import Query
from tests.fakes.wire import Request

FOLDER = "/prod/lfs-objects"


class LfsCdn(Cdn):
    """That of ModelScope."""

    def signed_url(self, repo: FakeRepo, file: RepoFile, path: str, revision: str) -> str:
        digest = file.source.sha256
        where = f"{FOLDER}/{digest[:2]}/{digest[2:4]}/{digest[4:]}"
        self.hold(where, file)
        owner, _, name = repo.id.rpartition("/")
        words = {
            "filename": path.rpartition("/")[2],
            "namespace": owner,
            "repository": name,
            "revision": revision,
            "tag": repo.kind,
            "auth_key": self._key(where, str(int(time.time()))),
        }
        return f"{self.url()}{where}?{urlencode(words)}"

    def _key(self, where: str, when: str) -> str:
        random = self.signature(f"random{where}", when)[:32]
        return f"{when}-{random}-0-{self.signature(where, when)[:32]}"

    def headers(self, request: Request, file: RepoFile) -> Headers:
        digest = file.source.sha256
        return [
            ("Content-Type", "application/octet-stream"),
            ("ETag", f'"{self.signature(request.path, "etag")[:32].upper()}"'),
            ("X-Linked-ETag", f'"{digest}"'),
            ("Access-Control-Allow-Origin", "*"),
            ("x-oss-request-id", digest[:24].upper()),
            ("X-Cache", "MISS TCP_MISS dirn:-2:-2"),
        ]

    def is_signed(self, request: Request) -> bool:
        key = Query(request.query).get("auth_key")
        signed_at = key.partition("-")[0]
        if not signed_at.isdigit() or not hmac.compare_digest(
            key.encode(), self._key(request.path, signed_at).encode()
        ):
            return False
        return time.time() < int(signed_at) + self.lifetime
