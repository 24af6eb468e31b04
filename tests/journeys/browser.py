"""An admin at the hub's pages: cookies, links and forms, without a browser's engine."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html import unescape
from http.cookiejar import CookieJar


@dataclass(frozen=True)
class Page:
    url: str
    text: str

    @property
    def words(self) -> str:
        """What a person reads, tags and all white space reduced to single spaces."""
        return re.sub(r"\s+", " ", unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", self.text, flags=re.S)))

    def link(self, label: str) -> str:
        """The address of the link with this label."""
        for address, inside in re.findall(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', self.text, re.S):
            if label in re.sub(r"<[^>]*>", " ", inside).split():
                return urllib.parse.urljoin(self.url, unescape(address))
        raise AssertionError(f"no link {label!r} at {self.url}: {self.words[:3000]}")

    @property
    def hidden(self) -> dict[str, str]:
        """What the page's forms send without being asked, the CSRF token among it."""
        tags = [tag for tag in re.findall(r"<input\b[^>]*>", self.text) if 'type="hidden"' in tag]
        return {_value(tag, "name"): _value(tag, "value") for tag in tags}


class Browser:
    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, address: str, fields: dict[str, str] | None = None) -> Page:
        """Raises HTTPError for anything but a page."""
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        with self._opener.open(urllib.parse.urljoin(self.url, address), data, timeout=60) as answer:
            return Page(answer.url, answer.read().decode())

    def submit(self, page: Page, **fields: str) -> Page:
        return self.open(page.url, page.hidden | fields)

    def log_in(self, name: str, password: str) -> Page:
        return self.submit(self.open("/-/admin/"), username=name, password=password)


def _value(tag: str, name: str) -> str:
    match = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(match.group(1)) if match else ""
