"""manage.py unpin ID"""

from hub.mirroring.management.pinning import PinningCommand


class Command(PinningCommand):
    help = "Let a pinned repo or revision be evicted again."
    pinned = False
