"""manage.py cancel ID … [--reason TEXT]"""

from hub.accounts.callers import Caller
from hub.mirroring.management.deciding import DecidingCommand
from hub.mirroring.models import Request
from hub.mirroring.steering import cancel


class Command(DecidingCommand):
    help = "Ends requests that are under way; files that nobody else waits for are dropped."
    done = "cancelled"
    of_commit = False

    def decide(self, request: Request, caller: Caller, reason: str, seen: str) -> bool:
        cancel(request, caller, reason)
        return True
