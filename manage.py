#!/usr/bin/env python
"""Django's entry for every command of the hub."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    from hub.environment import SettingError

    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"Setting not usable: {error}.")
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv:
            raise
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        sys.exit(f"The database does not work: {first}. Run `manage.py prepare`, and look at HUB_DATABASE_URL.")


if __name__ == "__main__":
    main()
