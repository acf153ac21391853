"""Members of staff."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions.saving import save
from headend.operators.models import Dealer, Operator, Staff
from headend.operators.rules import Role


@transaction.atomic
def create_staff(
    *,
    actor: Actor,
    username: str,
    password: str,
    role: Role,
    operator: Operator | None = None,
    dealer: Dealer | None = None,
) -> Staff:
    """Create somebody who may log in to the console. Only a superuser may do without an operator.

    Raises Invalid, with the place "username" or "password", for a name that is taken and a password that is too weak.
    """
    is_superuser = role is Role.SUPERUSER
    if operator is None and not is_superuser:
        raise Invalid(f"the role {role.label} needs an operator", "operator")
    staff = Staff(username=username, role=role.value, operator=operator, dealer=dealer)
    staff.is_staff, staff.is_superuser = True, is_superuser
    try:
        staff.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), "username") from error
    if Staff.objects.filter(username=username).exists():
        raise Invalid(f"there is a {username} already", "username")
    _take_password(staff, password)
    save(actor=actor, obj=staff)
    return staff


def set_staff_password(*, actor: Actor, staff: Staff, password: str) -> None:
    """Give somebody another password; raises Invalid, with the place "password", for one that is too weak."""
    _take_password(staff, password)
    save(actor=actor, obj=staff, only={"password"})


def _take_password(staff: Staff, password: str) -> None:
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), "password") from error
    staff.set_password(password)
