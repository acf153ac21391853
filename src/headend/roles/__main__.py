"""`python -m headend.roles <role>`: one process of the service, as the supervisor starts it."""

import os
import signal
import sys
from importlib import import_module

import django

from headend.roles.processes import follow_parent

ROLES = ("web", "worker", "ingest", "setup")


def main(arguments: list[str]) -> None:
    follow_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the role takes over: Ctrl-C while importing is no error
    if arguments[:1] and arguments[0] in ROLES:
        # The records must be ready before a role's module, which uses them, is imported.
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "headend.settings.django")
        django.setup()
        import_module(f"headend.roles.{arguments[0]}").main(arguments[1:])
    else:
        raise SystemExit(f"usage: python -m headend.roles {'|'.join(ROLES)}")


if __name__ == "__main__":
    main(sys.argv[1:])
