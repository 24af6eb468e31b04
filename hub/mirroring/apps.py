from django.apps import AppConfig


class MirroringConfig(AppConfig):
    name = "hub.mirroring"
    label = "mirroring"
    verbose_name = "Mirroring"
