"""`headend manage create_user`: somebody who works in the console, or another password for them."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management import BaseCommand, CommandError

from headend.interfaces.commands.operators import chosen_operators
from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.operators.actions import create_staff, set_staff_password
from headend.operators.models import Staff
from headend.operators.rules import Role

ACTOR = system("create_user")


class Command(BaseCommand):
    help = (
        "Make a member of staff: support of an operator, unless an option says more. "
        "Without --password it is asked for, which others on this machine cannot read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True, help="by what they log in")
        parser.add_argument("--password", default="", help="with what")
        parser.add_argument("--client_id", type=int, help="the operator they work for")
        role = parser.add_mutually_exclusive_group()
        role.add_argument("--is_admin", action="store_true", help="does everything for the operator")
        role.add_argument("--is_superuser", action="store_true", help="does everything")
        role.add_argument("--monitoring_user", action="store_true", help="sees channels and delivery")
        parser.add_argument("--reset_password", action="store_true", help="give somebody who is there another password")

    def handle(self, *args: Any, username: str, password: str, client_id: int | None, **options: Any) -> None:
        try:
            if options["reset_password"]:
                self._reset(username, password or getpass())
            else:
                operators = chosen_operators(None if client_id is None else [client_id])
                operator = None if client_id is None else operators[0]
                staff = create_staff(
                    actor=ACTOR,
                    username=username,
                    password=password or getpass(),
                    role=_role(options),
                    operator=operator,
                )
                self.stdout.write(f"{staff.username}, {Role(staff.role).label}, number {staff.pk}")
        except Invalid as error:
            raise CommandError(str(error)) from error

    def _reset(self, username: str, password: str) -> None:
        staff = Staff.objects.filter(username=username).first()
        if staff is None:
            raise CommandError(f"there is nobody called {username}")
        set_staff_password(actor=ACTOR, staff=staff, password=password)
        self.stdout.write(f"{username} has another password")


def _role(options: dict[str, Any]) -> Role:
    chosen = {"is_superuser": Role.SUPERUSER, "is_admin": Role.OPERATOR_ADMIN, "monitoring_user": Role.MONITORING}
    return next((role for name, role in chosen.items() if options[name]), Role.SUPPORT)
