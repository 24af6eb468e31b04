"""What was asked of an upstream, for the words of an error."""

from dataclasses import dataclass

from hub.names import RepoId, RepoKind

SOON = "this may pass: look again later"
WAY = "check the network and the firewalls between this hub and it"
"""What to do about an upstream that does not answer: people ask again, and so do workers."""


@dataclass(frozen=True)
class Question:
    """`name` is the upstream's, `token_setting` the setting that its first token comes from."""

    name: str
    has_token: bool
    token_setting: str
    kind: RepoKind = RepoKind.MODEL
    repo_id: RepoId | None = None
    revision: str = ""
    path: str = ""
    is_info: bool = False

    @property
    def how_to_enter(self) -> str:
        """What an operator has to do so that a gated repo can be read."""
        if self.has_token:
            return f"accept its terms on {self.name} with the account whose token is set for this upstream"
        return (
            f"accept its terms on {self.name} with an account, and set that account's token for this upstream in the"
            f" admin (or {self.token_setting} before the first start)"
        )

    @property
    def what(self) -> str:
        return f"{self.kind} {self.repo_id}" if self.repo_id else f"upstream {self.name}"
