"""`manage.py prepare`: makes the tables, seeds and admin of a hub, without serving."""

from typing import Any

from django.core.management.base import BaseCommand

from workers.management.doors import prepared
from workers.management.first_start import ADMIN


class Command(BaseCommand):
    help = "Migrates the database, seeds a new hub, and makes its admin. Safe to run at any time, also twice at once."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        welcome = prepared()
        if welcome.password:
            self.stdout.write(f"login   {ADMIN} / {welcome.password}")
        if welcome.token:
            self.stdout.write(f"token   {welcome.token}\nShown this once.")
        self.stdout.write("The hub is prepared.")
