"""Admin pages of requests and transfers."""

from hub.mirroring.admin import requests, transfers

__all__ = ["requests", "transfers"]
