from django.db import models
from django.utils import timezone

from hub.accounts.models import User
from hub.catalog.models import Revision
from hub.mirroring.leases import Lease
from hub.mirroring.pauses import Pause, Steered, WorkQuerySet
from hub.upstreams.models import Upstream


class Request(Steered, Lease):
    """A wish to hold a repo at a revision, with patterns, and what became of it.

    There is one row for each wish: asking again joins it, asking after a failure opens it again. What was decided and
    when, each time, is in the audit events.
    """

    class State(models.TextChoices):
        NEW = "new", "Looking it up"
        WAITING = "waiting", "Needs approval"
        APPROVED = "approved", "Approved, being planned"
        FETCHING = "fetching", "Being fetched"
        PUBLISHED = "published", "Published"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    UNDER_WAY = (State.NEW, State.APPROVED, State.FETCHING)
    """Nobody but the hub has to do something."""

    upstream = models.ForeignKey(Upstream, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10)
    repo_id = models.CharField(max_length=201, help_text="As asked; upstream's spelling once it was looked up.")
    key = models.CharField(max_length=201)
    ref = models.CharField(max_length=255, blank=True, help_text="The revision asked for; empty = upstream's default.")
    include = models.JSONField(default=list, help_text='Patterns such as "*.safetensors"; [] = everything.')
    exclude = models.JSONField(default=list)
    patterns_key = models.CharField(max_length=64, blank=True, editable=False)

    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW, db_index=True)
    commit = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(
        default=dict, help_text="What upstream said: licence, bytes, files, formats, gated, tags …"
    )
    verdict = models.CharField(max_length=10, blank=True)
    verdict_reason = models.CharField(max_length=300, blank=True)
    verdict_rule = models.CharField(max_length=100, blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=500, blank=True)
    revision = models.ForeignKey(Revision, null=True, on_delete=models.SET_NULL, related_name="requests")
    error_code = models.CharField(max_length=50, blank=True)
    error = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = WorkQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["upstream", "kind", "key", "ref", "patterns_key"], name="one_request_per_wish"
            )
        ]
        permissions = [
            ("decide_request", "Can approve or refuse requests"),
            ("operate_hub", "Can retry and run operations"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.upstream.slug}:{self.repo_id}@{self.ref or 'default'}"


class Asker(models.Model):
    """Somebody who asked for a request; `user` is None for anonymous clients."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="askers")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="asked")
    label = models.CharField(max_length=200)
    client = models.CharField(max_length=300, blank=True, help_text="User agent.")
    asked_at = models.DateTimeField(default=timezone.now)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "label"], name="one_asker_per_label")]

    def __str__(self) -> str:
        return self.label


class Comment(models.Model):
    """One line of the talk between those who asked for a request and those who review it. Never changed."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200, help_text="Kept as text, so that it outlives the account.")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:60]}"


class Transfer(Steered, Lease):
    """One digest on its way in, shared by every revision that waits for it. The source is where to read it from."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued or running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Nobody wants it any more"

    digest = models.CharField(max_length=71, unique=True, help_text="sha256:<hex> or git:<hex>")
    size = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED, db_index=True)
    upstream = models.ForeignKey(Upstream, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    repo_id = models.CharField(max_length=201)
    commit = models.CharField(max_length=40)
    path = models.CharField(max_length=1024)
    tried = models.JSONField(
        default=list,
        editable=False,
        help_text="Upstreams that failed in this round: [upstream id, seconds to leave it alone, null = for good].",
    )

    received = models.BigIntegerField(default=0, help_text="Bytes that have arrived so far.")
    bytes_per_second = models.BigIntegerField(default=0)
    error_code = models.CharField(max_length=50, blank=True)
    error = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["size"], name="queued_by_size", condition=models.Q(state="queued")),
            models.Index(fields=["-priority", "id"], name="queued_by_priority", condition=models.Q(state="queued")),
            models.Index(
                fields=["upstream", "-finished_at"],
                name="speed_by_upstream",
                condition=models.Q(state="done", bytes_per_second__gt=0),
            ),
            models.Index(fields=["-finished_at"], name="ended_lately", condition=models.Q(finished_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.path} ({self.digest[:19]}…)"

    @property
    def percent(self) -> int:
        """How much has arrived; 100 only once it is done."""
        if self.state == Transfer.State.DONE:
            return 100
        return min(99, self.received * 100 // self.size) if self.size else 0

    @property
    def seconds_left(self) -> float | None:
        """At the speed of now; None where no worker has it, or nothing moves."""
        if not self.lease_owner or not self.bytes_per_second:
            return None
        return max(0, self.size - self.received) / self.bytes_per_second


# Below, because its rows point at those above; Django looks for every model of the app in this module.
from hub.mirroring.follow import Follow, FollowedRevision  # noqa: E402
from hub.mirroring.presence import Worker  # noqa: E402

__all__ = ["Asker", "Comment", "Follow", "FollowedRevision", "Pause", "Request", "Transfer", "Worker"]
