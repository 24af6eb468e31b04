"""Who is on the line, whichever face they came through."""

from dataclasses import dataclass

from hub.accounts.models import AccessToken, User


@dataclass(frozen=True)
class Caller:
    """`user` is None for an anonymous one; `address` is the network address, `client` the user agent."""

    user: User | None = None
    token: AccessToken | None = None
    address: str = ""
    client: str = ""

    @property
    def label(self) -> str:
        """How the caller is named in requests and events."""
        if self.user is not None:
            return self.user.get_username()
        return f"anonymous at {self.address}" if self.address else "system"


SYSTEM = Caller()
