"""A bare HTTP client for the tests: it follows nothing and hides nothing."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.fakes import User


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.headers


def ask(
    url: str,
    method: str = "GET",
    user: User | None = None,
    body: bytes | None = None,
    timeout: float = 10,
    **headers: str,
) -> Answer:
    """One request on a connection of its own; keyword arguments become headers, with _ for -."""
    parts = urlsplit(url)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if user is not None:
        sent["Authorization"] = f"Bearer {user.token}"
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, sent)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())
    finally:
        connection.close()


def download(url: str, user: User | None = None, **headers: str) -> Answer:
    """Follows redirects as a careful client does: the token stays with the first origin."""
    answer = ask(url, user=user, **headers)
    while answer["Location"]:
        parts = urlsplit(url)
        location = answer["Location"]
        if location.startswith("/"):
            url = f"{parts.scheme}://{parts.netloc}{location}"
        else:
            url, user = location, None
        answer = ask(url, user=user, **headers)
    return answer
