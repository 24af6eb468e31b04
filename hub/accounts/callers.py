"""Who is on the line, whichever face they came through."""

import getpass
from dataclasses import dataclass

from hub.accounts.models import AccessToken, User


@dataclass(frozen=True)
class Caller:
    """`user` is None for an anonymous one; `address` is the network address, `client` the user agent, `name` what to
    call somebody who has no account here, such as the operator at the terminal."""

    user: User | None = None
    token: AccessToken | None = None
    address: str = ""
    client: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """How the caller is named in requests and events."""
        if self.user is not None:
            return self.user.get_username()
        return self.name or (f"anonymous at {self.address}" if self.address else "system")


SYSTEM = Caller()


def operator() -> Caller:
    """Whoever has a shell on this machine."""
    try:
        return Caller(name=f"operator {getpass.getuser()}")
    except (KeyError, OSError):
        # A container may run under a user id that has no name.
        return Caller(name="operator")
