"""The rows of following: which request is asked about again and when, and where its ref has stood before."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hub.catalog.models import Revision
from hub.mirroring.leases import Lease, LeaseQuerySet


class Follow(Lease):
    """A request whose ref is looked at again every `every` seconds; `not_before` is when it is due next."""

    class Auto(models.TextChoices):
        NEVER = "never", "Ask an admin about every update"
        RULES = "rules", "Let the rules decide"
        APPROVED = "approved", "Let updates in, unless the rules deny them or something risky changed"

    request = models.OneToOneField("mirroring.Request", on_delete=models.CASCADE, related_name="follow")
    active = models.BooleanField(default=True, help_text="Off: upstream is not asked, and everything stays as it is.")
    every = models.PositiveIntegerField(help_text="Seconds between two looks, give or take a tenth.")
    auto = models.CharField(max_length=10, choices=Auto.choices, default=Auto.RULES)
    keep = models.PositiveIntegerField(
        null=True, blank=True, help_text="Published revisions to keep; 0 = all, empty = HUB_KEEP_REVISIONS."
    )

    head = models.CharField(max_length=40, blank=True, editable=False, help_text="The ref's commit at the last look.")
    checked_at = models.DateTimeField(null=True, editable=False, help_text="Upstream last answered.")
    moved_at = models.DateTimeField(null=True, editable=False, help_text="The ref was last seen somewhere new.")
    asked_commit = models.CharField(max_length=40, blank=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False, help_text="When `asked_commit` became a request.")
    absences = models.PositiveIntegerField(default=0, editable=False, help_text="404s in a row.")
    absent_from = models.DateTimeField(null=True, editable=False, help_text="When the first of them came.")
    ref_missing_since = models.DateTimeField(null=True, editable=False, help_text="The repo is there, its ref is not.")
    error_code = models.CharField(max_length=50, blank=True, editable=False)
    error = models.CharField(max_length=1000, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["not_before"], name="follows_by_due_time", condition=Q(active=True))]

    def __str__(self) -> str:
        return str(self.request)


class FollowedRevision(models.Model):
    """A published revision at which a followed ref has stood; the newest `at` is where it stood last."""

    follow = models.ForeignKey(Follow, on_delete=models.CASCADE, related_name="past")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="followed")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["follow", "revision"], name="one_row_per_followed_revision")]

    def __str__(self) -> str:
        return str(self.revision)
