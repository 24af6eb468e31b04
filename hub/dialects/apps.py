from django.apps import AppConfig


class DialectsConfig(AppConfig):
    name = "hub.dialects"
    label = "dialects"
    verbose_name = "Dialects"
