"""Admin pages of requests, transfers, and who works at them."""

from hub.mirroring.admin import follows, held, pauses, requests, transfers, workers

__all__ = ["follows", "held", "pauses", "requests", "transfers", "workers"]
