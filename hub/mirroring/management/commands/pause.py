"""manage.py pause ID … | --upstream NAME | --all"""

from hub.accounts.callers import Caller
from hub.mirroring.management.steering import SteeringCommand
from hub.mirroring.models import Request
from hub.mirroring.steering import pause, pause_everything
from hub.upstreams.models import Upstream


class Command(SteeringCommand):
    help = "Holds requests, an upstream or the whole hub: nothing begins, and what runs goes back into the queue."
    done = "paused"

    def steer(self, request: Request, caller: Caller, reason: str) -> None:
        pause(request, caller, reason)

    def steer_all(self, upstream: Upstream | None, caller: Caller, reason: str) -> None:
        pause_everything(caller, upstream, reason)
