"""manage.py approve ID …"""

from hub.accounts.callers import Caller
from hub.mirroring.decisions import approve
from hub.mirroring.management.deciding import DecidingCommand
from hub.mirroring.models import Request


class Command(DecidingCommand):
    help = "Approves requests by number (see manage.py requests --state waiting)."
    done = "approved"
    unknown = "looked up first; approve it when its facts are here"

    def decide(self, request: Request, caller: Caller, reason: str, seen: str) -> bool:
        return approve(request, caller, reason, seen)
