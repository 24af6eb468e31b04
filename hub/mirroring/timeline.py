"""What happened to a request, from the audit trail."""

from django.db.models import Q

from hub.accounts.models import Event
from hub.mirroring.models import Request

MOST = 200


def timeline_of(request: Request) -> list[Event]:
    """The newest MOST events about the request and about the revision that it became, the oldest first."""
    about = Q(detail__request=request.pk)
    if request.revision is not None:
        # A revision may be published for several requests at once, so its event names none of them.
        about |= Q(verb="revision.published", subject=f"{request.revision.repo}@{request.revision.commit}"[:300])
    # The time has an index, the detail has none.
    events = Event.objects.filter(about, at__gte=request.created_at).select_related("actor").order_by("-pk")[:MOST]
    return list(reversed(events))
