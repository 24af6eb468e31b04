"""Admin pages of the bytes that are held."""

from django.contrib import admin
from unfold.decorators import display

from hub.backoffice import LookOnly
from hub.blobs.models import Blob, Damage
from hub.sizes import human_bytes


@admin.register(Blob)
class BlobPages(LookOnly):
    list_display = ["sha256", "human_size", "git_oid", "created_at", "checked_at"]
    search_fields = ["sha256", "git_oid"]
    search_help_text = "The beginning of a sha256 or git id"
    fieldsets = [(None, {"fields": ["sha256", "git_oid", "human_size", "size", "created_at", "checked_at"]})]

    @display(description="Size", ordering="size")
    def human_size(self, blob: Blob) -> str:
        return human_bytes(blob.size)


@admin.register(Damage)
class DamagePages(LookOnly):
    """Bytes that were found missing or wrong, and what became of them."""

    list_display = ["sha256", "condition", "human_size", "files", "found_at", "repaired_at", "trouble"]
    list_filter = [("repaired_at", admin.EmptyFieldListFilter), "condition"]
    search_fields = ["sha256"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "sha256",
                    "git_oid",
                    "condition",
                    "human_size",
                    "files",
                    "found_at",
                    "repaired_at",
                    "trouble",
                    "tries",
                ]
            },
        )
    ]

    @display(description="Size", ordering="size")
    def human_size(self, damage: Damage) -> str:
        return human_bytes(damage.size)
