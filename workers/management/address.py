"""Where this hub is found, and whether its port is free."""

import socket
from urllib.parse import urlsplit

from django.conf import settings

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - asks on this host, binds nothing


def local_address() -> str:
    """The address that answers on this host, e.g. http://127.0.0.1:8000"""
    host = _EVERYWHERE.get(settings.HOST, settings.HOST)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"


def public_address() -> str:
    """The address to give to people: HUB_EXTERNAL_URL where it is set."""
    return settings.EXTERNAL_URL or local_address()


def is_loopback(address: str) -> bool:
    return (urlsplit(address).hostname or "") in {"127.0.0.1", "localhost", "::1"}


def port_problem() -> str:
    """Why nothing can listen at HUB_HOST:HUB_PORT, with what to do; "" where it can."""
    try:
        kind, _, _, _, place = socket.getaddrinfo(settings.HOST, settings.PORT, type=socket.SOCK_STREAM)[0]
    except OSError:
        return f"HUB_HOST is {settings.HOST!r}, which is no address of this machine. Use 127.0.0.1 or 0.0.0.0."
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except PermissionError:
            return f"Port {settings.PORT} is reserved for root. Set HUB_PORT to a number above 1023."
        except OSError as error:
            reason = error.strerror.lower() if error.strerror else str(error)
            return (
                f"Cannot listen at {settings.HOST}:{settings.PORT} ({reason}). "
                f"Set HUB_PORT to a free port, for example HUB_PORT={settings.PORT + 1}, or stop what uses this one."
            )
    return ""
