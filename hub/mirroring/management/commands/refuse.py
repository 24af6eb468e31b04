"""manage.py refuse ID … --reason TEXT"""

from hub.accounts.callers import Caller
from hub.mirroring.decisions import refuse
from hub.mirroring.management.deciding import DecidingCommand
from hub.mirroring.models import Request


class Command(DecidingCommand):
    help = "Refuses requests by number; the reason is shown to whoever asks."
    done = "refused"

    def decide(self, request: Request, caller: Caller, reason: str, seen: str) -> bool:
        refuse(request, caller, reason, seen)
        return True
