"""One list of everything: what is held and what could be asked for, and the search over it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class IndexConfig(AppConfig):
    name = "hub.index"
    label = "index"
    verbose_name = "Index"

    def ready(self) -> None:
        from hub.index.fulltext import prepare, remember_held

        post_migrate.connect(prepare, sender=self, dispatch_uid="index.fulltext")
        post_migrate.connect(remember_held, sender=self, dispatch_uid="index.held")
