"""Where the bytes of a transfer come from."""

from dataclasses import dataclass

from hub.mirroring.models import Transfer
from hub.names import RepoId, RepoKind
from hub.upstreams.protocol import ByteStream, UpstreamClient
from hub.upstreams.registry import client_for


@dataclass(frozen=True)
class Source:
    """One file of one commit on one upstream."""

    client: UpstreamClient
    kind: RepoKind
    repo_id: RepoId
    commit: str
    path: str
    size: int

    @classmethod
    def of(cls, transfer: Transfer) -> "Source":
        return cls(
            client_for(transfer.upstream),
            RepoKind(transfer.kind),
            RepoId.parse(transfer.repo_id),
            transfer.commit,
            transfer.path,
            transfer.size,
        )

    def open(self, start: int, length: int) -> ByteStream:
        """Bytes [start, start + length). A whole file is asked for without a range: upstreams answer that quicker."""
        whole = start == 0 and length == self.size
        return self.client.open(
            self.kind, self.repo_id, self.commit, self.path, self.size, start, None if whole else length
        )
