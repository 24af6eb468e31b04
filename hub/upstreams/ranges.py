"""Is this answer the part of the file that was asked for? Looked at before a byte of it is taken."""

import re
from dataclasses import dataclass

from hub.errors import RangeIgnored, UpstreamBroken
from hub.upstreams.redirects import Answer

_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")


@dataclass(frozen=True)
class Part:
    """`length` bytes from `start` on, of a file of `size` bytes."""

    path: str
    size: int
    start: int
    length: int

    @classmethod
    def of(cls, path: str, size: int, start: int, length: int | None) -> "Part":
        """Raises ValueError for a part that lies outside of the file: the caller has miscounted."""
        wanted = size - start if length is None else length
        if start < 0 or wanted < 0 or start + wanted > size or (not wanted and size):
            raise ValueError(f"no part of {size} bytes: {wanted} from {start} on")
        return cls(path, size, start, wanted)

    @property
    def is_whole(self) -> bool:
        return self.length == self.size

    @property
    def headers(self) -> dict[str, str]:
        """What asks for it: never compressed, and no Range for the whole file."""
        plain = {"Accept-Encoding": "identity"}
        return plain if self.is_whole else plain | {"Range": f"bytes={self.start}-{self.start + self.length - 1}"}

    def check(self, answer: Answer, name: str) -> None:
        """Raises UpstreamBroken unless a 200 or 206 answer brings this part; RangeIgnored where the start came."""
        if answer.header("content-encoding").lower() not in {"", "identity"}:
            raise UpstreamBroken(f"{name} sent {self.path} compressed, which was not asked for")
        if not self.is_whole and (answer.response.status == 206 or self._is_named_by(answer)):
            self._check_partial(answer, name)
        else:
            self._check_whole(answer, name)

    @property
    def _bounds(self) -> tuple[int, int, int]:
        return self.start, self.start + self.length - 1, self.size

    def _is_named_by(self, answer: Answer) -> bool:
        """Gateways of ModelScope send the part that was asked for as a 200, with a Content-Range that says so."""
        match = _CONTENT_RANGE.fullmatch(answer.header("content-range").strip())
        return match is not None and tuple(map(int, match.groups())) == self._bounds

    def _check_partial(self, answer: Answer, name: str) -> None:
        given, asked = answer.header("content-range"), self._bounds
        if not self._is_named_by(answer):
            raise UpstreamBroken(
                f"{name} was asked for bytes {asked[0]}-{asked[1]} of {asked[2]} of {self.path} and sent {given!r}"
            )
        if _length(answer) not in (None, self.length):
            raise UpstreamBroken(f"{name} announced {_length(answer)} bytes of {self.path} in place of {self.length}")

    def _check_whole(self, answer: Answer, name: str) -> None:
        length = _length(answer)
        if length != self.size and _is_page(answer):
            raise UpstreamBroken(
                f"{name} sent a web page in place of {self.path}",
                "look whether a proxy or a login page stands between the hub and the upstream",
            )
        if length not in (None, self.size):
            raise UpstreamBroken(f"{name} announced {length} bytes of {self.path}; its tree says {self.size}")
        if self.start or (length is None and not self.is_whole):
            raise RangeIgnored(f"{name} ignored the Range and sent {self.path} from its start")


def _length(answer: Answer) -> int | None:
    text = answer.header("content-length").strip()
    return int(text) if re.fullmatch(r"\d{1,19}", text) else None


def _is_page(answer: Answer) -> bool:
    return answer.header("content-type").lower().startswith(("text/html", "application/xhtml"))
