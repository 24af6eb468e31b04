"""manage.py cancel ID … [--reason TEXT]"""

from hub.accounts.callers import Caller
from hub.mirroring.management.deciding import DecidingCommand
from hub.mirroring.models import Request
from hub.mirroring.steering import cancel


class Command(DecidingCommand):
    help = "Ends requests that are under way; files that nobody else waits for are dropped."
    done = "cancelled"

    def decide(self, request: Request, caller: Caller, reason: str) -> None:
        cancel(request, caller, reason)
