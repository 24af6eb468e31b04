"""What the people who asked and those who review say to each other about a request."""

from django.db import transaction
from django.db.models import QuerySet

from hub.accounts.callers import Caller
from hub.accounts.events import record
from hub.accounts.models import User
from hub.errors import BadInput, NotPermitted
from hub.mirroring.models import Comment, Request

LONGEST = 4000
REVIEWS = ("mirroring.decide_request", "mirroring.operate_hub")
SEES = ("mirroring.view_request", *REVIEWS)


def may_comment(request: Request, user: object) -> bool:
    """Those who asked for it under their account, and those who decide about it or run the hub."""
    return isinstance(user, User) and (_has_any(user, REVIEWS) or _asked(request, user))


def may_read_comments(request: Request, user: object) -> bool:
    """The same people, and staff who may see requests in the admin."""
    return isinstance(user, User) and (_has_any(user, SEES) or _asked(request, user))


def comments_of(request: Request, user: object) -> QuerySet[Comment]:
    """The oldest first; none for people whom they do not concern."""
    rows = Comment.objects.filter(request=request).select_related("author")
    return rows if may_read_comments(request, user) else rows.none()


def comment(request: Request, user: object, text: str) -> Comment:
    """Adds a line to the talk about a request. Raises NotPermitted, and BadInput for an empty or endless text."""
    if not may_comment(request, user) or not isinstance(user, User):
        raise NotPermitted(
            f"only people who asked for request {request.pk} and those who review it may comment on it",
            "ask for the same repo yourself while you are logged in, then comment",
        )
    text = text.strip()
    if not text or len(text) > LONGEST or "\0" in text:
        raise BadInput(f"a comment has 1 to {LONGEST:,} characters", "write what you want to say, in fewer words")
    with transaction.atomic():
        row = Comment.objects.create(request=request, author=user, author_name=user.get_username(), text=text)
        record(Caller(user=user), "request.commented", str(request), request=request.pk, comment=row.pk)
    return row


def _has_any(user: User, permissions: tuple[str, ...]) -> bool:
    # A role has no effect for anybody but staff.
    return user.is_staff and any(user.has_perm(permission) for permission in permissions)


def _asked(request: Request, user: User) -> bool:
    return user.is_active and request.askers.filter(user=user).exists()
