"""The origin that big files come from: signed addresses that expire, ranges, and no Authorization whatsoever."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from urllib.parse import quote

from .answers import Headers, disposition, ranged
from .content import FakeRepo, RepoFile
from .routes import Query
from .wire import Request, Response


class Cdn:
    """What the content networks of the hubs have in common; each signs its addresses in its own way."""

    def __init__(self, url: Callable[[], str], lifetime: float) -> None:
        self.url = url
        self.lifetime = lifetime
        self._files: dict[str, RepoFile] = {}
        self._secret = secrets.token_bytes(16)
        self._lock = threading.Lock()

    def hold(self, where: str, file: RepoFile) -> None:
        with self._lock:
            self._files[where] = file

    def is_signed(self, request: Request) -> bool:
        raise NotImplementedError

    def headers(self, request: Request, file: RepoFile) -> Headers:
        raise NotImplementedError

    def signature(self, path: str, when: str) -> str:
        return hmac.new(self._secret, f"{path}?{when}".encode(), hashlib.sha256).hexdigest()

    def answer(self, request: Request) -> Response:
        if request.header("authorization"):
            return failure(400, "InvalidArgument", "Only one auth mechanism allowed")
        if request.method not in ("GET", "HEAD"):
            return failure(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        file = self._files.get(request.path)
        if file is None or not self.is_signed(request):
            return failure(403, "AccessDenied", "Access denied")
        return ranged(request, file, self.headers(request, file))


class HubCdn(Cdn):
    """That of Hugging Face."""

    def __init__(self, url: Callable[[], str], lifetime: float, xet: bool) -> None:
        super().__init__(url, lifetime)
        self.xet = xet

    def signed_url(self, repo: FakeRepo, file: RepoFile, path: str) -> str:
        where = self._where(repo, file)
        self.hold(where, file)
        expires = str(int(time.time() + self.lifetime))
        name = quote(disposition(path), safe="")
        return (
            f"{self.url()}{where}?response-content-disposition={name}&Expires={expires}"
            f"&Signature={self.signature(where, expires)}&Key-Pair-Id=FAKEKEYPAIR"
        )

    def _where(self, repo: FakeRepo, file: RepoFile) -> str:
        if self.xet:
            return f"/xet-bridge-us/{repo.internal_id}/{file.xet_hash}"
        key = hashlib.sha256(repo.internal_id.encode()).hexdigest()
        return f"/repos/{key[:2]}/{key[2:4]}/{key}/{file.source.sha256}"

    def headers(self, request: Request, file: RepoFile) -> Headers:
        return [
            ("Content-Type", "binary/octet-stream"),
            # Not the sha256: nobody may take the ETag of the CDN for the digest of the file.
            ("ETag", f'"{request.path.rpartition("/")[2][:32]}"'),
            ("Content-Disposition", Query(request.query).get("response-content-disposition")),
            ("X-Cache", "Miss from cloudfront"),
        ]

    def is_signed(self, request: Request) -> bool:
        query = Query(request.query)
        expires = query.get("Expires")
        signature = self.signature(request.path, expires)
        if not hmac.compare_digest(query.get("Signature").encode(), signature.encode()):
            return False
        return expires.isdigit() and time.time() < int(expires)


def failure(status: int, code: str, message: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(status, [("Content-Type", "application/xml")], body.encode())
