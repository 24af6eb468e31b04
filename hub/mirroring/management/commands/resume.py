"""manage.py resume ID … | --upstream NAME | --all"""

from hub.accounts.callers import Caller
from hub.mirroring.management.steering import SteeringCommand
from hub.mirroring.models import Request
from hub.mirroring.steering import resume, resume_everything
from hub.upstreams.models import Upstream


class Command(SteeringCommand):
    help = "Goes on with what was paused, where it stopped."
    done = "resumed"

    def steer(self, request: Request, caller: Caller, reason: str) -> None:
        resume(request, caller)

    def steer_all(self, upstream: Upstream | None, caller: Caller, reason: str) -> None:
        resume_everything(caller, upstream)
