"""Answers to writes that carried an Idempotency-Key."""

from django.db import models
from django.utils import timezone

from hub.sealed import seal, unseal


class KeptAnswer(models.Model):
    """One write of one caller. `status` is null while it is being done; `sealed_body` may hold a new token's text, so
    it is encrypted. Rows are kept for a day."""

    owner = models.CharField(max_length=100, help_text="user 7, or address 10.0.0.1 of somebody without an account")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="sha256 of the method, the address and the body")
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    sealed_body = models.TextField(blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"

    @property
    def body(self) -> str:
        """JSON. Raises SealBroken."""
        return unseal(self.sealed_body)

    @body.setter
    def body(self, value: str) -> None:
        self.sealed_body = seal(value)
