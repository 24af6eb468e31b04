"""Which workers are alive, and what they are at."""

from django.contrib import admin

from hub.backoffice import LookOnly
from hub.mirroring.presence import Worker


@admin.register(Worker)
class WorkerPages(LookOnly):
    list_display = ["host", "pid", "queues", "doing", "started_at", "seen_at"]
    list_filter = ["host"]
    fieldsets = [(None, {"fields": ["host", "pid", "queues", "doing", "started_at", "seen_at"]})]
