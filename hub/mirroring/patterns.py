"""Include and exclude patterns of a request, with the meaning that `hf download --include/--exclude` gives them."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Patterns:
    """Shell patterns over whole paths; `*` crosses `/`; a pattern that ends in `/` means all below that folder."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, include: Iterable[str], exclude: Iterable[str]) -> "Patterns":
        """The same wish in another order, or said twice, is the same wish."""
        return cls(_normalised(include), _normalised(exclude))

    @property
    def key(self) -> str:
        """Equal for equal patterns; "" for none."""
        if not self.include and not self.exclude:
            return ""
        return hashlib.sha256(json.dumps([self.include, self.exclude]).encode()).hexdigest()

    def wants(self, path: str) -> bool:
        if self.include and not any(fnmatchcase(path, pattern) for pattern in self.include):
            return False
        return not any(fnmatchcase(path, pattern) for pattern in self.exclude)


def _normalised(patterns: Iterable[str]) -> tuple[str, ...]:
    words = {pattern.strip() for pattern in patterns}
    return tuple(sorted(f"{word}*" if word.endswith("/") else word for word in words if word))
