"""manage.py pin ID"""

from hub.mirroring.management.pinning import PinningCommand


class Command(PinningCommand):
    help = "Never evict a held repo (or one revision of it) to make room."
    pinned = True
