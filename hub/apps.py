from django.apps import AppConfig


class HubConfig(AppConfig):
    name = "hub"
    label = "hub"
    verbose_name = "Entrepot"

    def ready(self) -> None:
        from hub import checks  # noqa: F401 - importing registers them
