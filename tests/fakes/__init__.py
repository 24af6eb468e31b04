"""Stand-ins for the services that Entrepot talks to. Standard library only."""

from .access import User, token_of
from .content import Commit, FakeRepo, RepoFile, repo_file
from .faults import Fault, FaultBook
from .hub import FakeHub
from .log import Entry, RequestLog
from .modelscope import FakeModelScope, Quirks
from .sources import InMemory, OnDisk, Source, Synthetic

__all__ = [
    "Commit",
    "Entry",
    "FakeHub",
    "FakeModelScope",
    "FakeRepo",
    "Fault",
    "FaultBook",
    "InMemory",
    "OnDisk",
    "Quirks",
    "RepoFile",
    "RequestLog",
    "Source",
    "Synthetic",
    "User",
    "repo_file",
    "token_of",
]
