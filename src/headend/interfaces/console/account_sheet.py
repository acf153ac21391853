"""Accounts as rows of a table, with what a table can only bring in: passwords, given or made, and parental codes."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models

from headend.interfaces.console.cells import read_cell
from headend.interfaces.console.forms import sealed
from headend.interfaces.console.sheets import Sheet
from headend.kernel.passwords import hash_many, verify_many
from headend.kernel.sealing import BadSeal, unseal
from headend.kernel.tokens import new_figures
from headend.subscribers.actions.accounts import MAX_PARENT_CODE
from headend.subscribers.models import Account
from headend.subscribers.queries import next_number

PASSWORD_FIGURES = 8
NOT_HASHED = "!"  # stands for a password until it is hashed; nobody signs in with it


class AccountSheet(Sheet):
    model = Account
    columns = (
        "number",
        "customer",
        "external_id",
        "is_active",
        "status_reason",
        "auto_activation_days",
        "activates_on",
        "deactivates_on",
        "extends_on",
        "allow_multiple_login",
        "allow_login_by_number",
        "allow_login_by_device",
        "allow_login_by_address",
        "subnets",
        "allowed_device_groups",
        "use_timeshift",
        "timeshift_minutes",
        "data_centre",
        "country",
        "city",
        "template",
        "option1",
        "option2",
        "option3",
        "meta",
    )
    keys = (("number",), ("external_id",))
    extra: tuple[str, ...] = ("password", "parent_code")

    def __init__(self, staff: Any, *, makes_passwords: bool = False) -> None:
        """`makes_passwords`: new accounts without one get one; `made` has them once they are written."""
        super().__init__(staff)
        self._makes_passwords = makes_passwords
        self._next: dict[int, int] = {}
        self.made: list[tuple[Account, str]] = []

    def read_extra(self, obj: Any, row: Any) -> None:
        self._number(obj)
        obj.new_password = str(read_cell(models.CharField(), row.get("password")))
        code = str(read_cell(models.CharField(), row.get("parent_code")))[:MAX_PARENT_CODE]
        if code and code != _parent_code(obj):
            obj.sealed_parent_code = sealed(code)

    def _number(self, obj: Account) -> None:
        """A new account without a number gets the operator's next one."""
        following = self._next.get(obj.operator_id) or next_number(obj.operator)
        if obj.number is None:
            obj.number = following
        self._next[obj.operator_id] = max(following, obj.number + 1)

    def compare_secrets(self, objects: Sequence[Any]) -> None:
        given = [obj for obj in objects if obj.new_password]
        fitting = verify_many([(obj.new_password, obj.password) for obj in given])
        for obj, fits in zip(given, fitting, strict=True):
            obj.password = obj.password if fits else NOT_HASHED
        for obj in objects if self._makes_passwords else ():
            obj.password = obj.password or ("" if obj.pk else NOT_HASHED)

    def make_secrets(self, objects: Sequence[Any]) -> None:
        waiting = [obj for obj in objects if obj.password == NOT_HASHED]
        for obj in waiting:
            if not obj.new_password:
                obj.new_password = new_figures(PASSWORD_FIGURES)
                self.made.append((obj, obj.new_password))
        for obj, hashed in zip(waiting, hash_many(obj.new_password for obj in waiting), strict=True):
            obj.password = hashed


def _parent_code(account: Account) -> str:
    """The code that is set; none when it was sealed with another key."""
    try:
        return unseal(account.sealed_parent_code, settings.ENCRYPTION_KEY)
    except BadSeal:
        return ""
