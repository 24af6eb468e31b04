from django.db import models


class Action(models.TextChoices):
    ALLOW = "allow", "Allow"
    ASK = "ask", "Ask an admin"
    DENY = "deny", "Deny"


class Rule(models.Model):
    """If every condition that is filled in holds, the action is taken; the first rule that matches decides."""

    position = models.PositiveIntegerField(default=100, help_text="Rules are tried from the lowest number up.")
    name = models.CharField(max_length=100, unique=True)
    action = models.CharField(max_length=10, choices=Action.choices)
    reason = models.CharField(max_length=300, blank=True, help_text="Shown to the person who asked.")
    enabled = models.BooleanField(default=True)

    upstream = models.CharField(max_length=40, blank=True, help_text="An upstream's slug; empty = any.")
    kind = models.CharField(max_length=10, blank=True, help_text="model, dataset or space; empty = any.")
    id_pattern = models.CharField(
        max_length=200, blank=True, help_text="e.g. Qwen/* ; empty = any. Case does not matter."
    )
    licences = models.JSONField(default=list, blank=True, help_text='e.g. ["mit", "apache-2.0"]; [] = any.')
    max_bytes = models.BigIntegerField(null=True, blank=True, help_text="Holds up to this size in bytes; empty = any.")
    gated = models.BooleanField(null=True, blank=True, help_text="Gated upstream: yes, no, or empty = any.")
    suffixes = models.JSONField(
        default=list,
        blank=True,
        help_text='Holds when a wanted file ends so, e.g. [".bin", ".pkl"]; [] = any.',
    )

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
