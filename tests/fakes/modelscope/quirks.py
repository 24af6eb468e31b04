"""What is odd about ModelScope, as measured by others. Each can be switched, also while the fake runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints


@dataclass
class Quirks:
    """
    truncate_at            entries at which repo/files ends without a word; 0 for never
    unknown_revision       a listing at an unknown revision: "null" is 200 with Files null, "404" an error
    missing_file           the status of the error about a file that is not there: 404, or 200 with the same JSON
    errors_are_200         every other error comes with status 200 as well
    empty_files_are_missing  a file without a byte is answered as a missing one
    closed_range           the status of a part of a file that the gateway sends: 200, or 206 as it should be
    open_range             `bytes=N-` at the gateway: "whole" ignores it, "wrong-length" declares N bytes and sends the
                           rest of the file, "honoured" is as it should be
    head_redirects         HEAD of a big file leads to the CDN, as GET does, instead of answering 200
    latest_id              the listing tells the whole id of the newest commit, not only the short one
    revision_commits       the list of revisions tells the commit of each
    sha256_of_commits      a listing asked for by commit has digests; those of 2023 had none
    any_case               ids are found whatever their letter case
    hide_gated             a gated repo is hidden from those without access, and not only its files
    tree_hiccups           so many pages of repo/tree, from the second on, are answered 403 once
    """

    truncate_at: int = 3000
    unknown_revision: Literal["null", "404"] = "null"
    missing_file: Literal[404, 200] = 404
    errors_are_200: bool = False
    empty_files_are_missing: bool = False
    closed_range: Literal[200, 206] = 200
    open_range: Literal["whole", "wrong-length", "honoured"] = "whole"
    head_redirects: bool = False
    latest_id: bool = False
    revision_commits: bool = False
    sha256_of_commits: bool = True
    any_case: bool = True
    hide_gated: bool = False
    tree_hiccups: int = 0

    def set(self, values: Mapping[str, Any]) -> None:
        """By name; text is read as the type that the quirk has."""
        hints = get_type_hints(Quirks)
        for name, value in values.items():
            if name not in hints:
                raise ValueError(f"unknown quirk {name!r}; known are {', '.join(hints)}")
            read, choices = read_as(type(getattr(self, name)), value), get_args(hints[name])
            if choices and read not in choices:
                raise ValueError(f"unknown {name} {value!r}; known are {', '.join(map(str, choices))}")
            setattr(self, name, read)


def read_as(kind: type[Any], value: Any) -> Any:
    return str(value).lower() in ("true", "1", "yes") if kind is bool else kind(value)
