"""What a person reads when the hub has started."""

from django.conf import settings

from workers.management.address import is_loopback, public_address
from workers.management.first_start import ADMIN, Welcome
from workers.management.running import log_path

EXAMPLE = "sentence-transformers/all-MiniLM-L6-v2"


def lines(welcome: Welcome, stop: str) -> list[str]:
    """The address, the login and the token (where they are new), the line that pulls a model, the log, how to stop."""
    address = public_address()
    rows = [
        f"Entrepot is up at {address}",
        "",
        f"  pages       {address}/-/",
        f"  admin       {address}/-/admin/",
        *login_lines(welcome),
        "",
        "  Pull a model through it:",
        f"    HF_ENDPOINT={address} hf download {EXAMPLE}",
        "",
        f"  log         {log_path()}",
        f"  stop        {stop}",
    ]
    if not is_loopback(address) and address.startswith("http://"):
        rows.append("  note        plain HTTP: put a proxy with TLS before it, or clients send their tokens in clear")
    return rows


def how_to_stop() -> str:
    """The command that stops a hub in the background, from the directory of the program."""
    own = settings.BASE_DIR / "data" == settings.DATA_DIR
    return "make down" if own else f"HUB_DATA_DIR={settings.DATA_DIR} make down"


def login_lines(welcome: Welcome) -> list[str]:
    if not welcome.token:
        return [
            f"  login       {ADMIN} (forgotten: manage.py changepassword {ADMIN}; a token: manage.py token {ADMIN})"
        ]
    password = welcome.password or "(the one in HUB_ADMIN_PASSWORD)"
    return [
        f"  login       {ADMIN} / {password}",
        f"  token       {welcome.token}",
        "              Both are shown this once. Clients send the token as HF_TOKEN.",
    ]
