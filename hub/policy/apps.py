from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "hub.policy"
    label = "policy"
    verbose_name = "Policy"
