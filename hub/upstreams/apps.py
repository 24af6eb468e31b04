from django.apps import AppConfig


class UpstreamsConfig(AppConfig):
    name = "hub.upstreams"
    label = "upstreams"
    verbose_name = "Upstreams"
