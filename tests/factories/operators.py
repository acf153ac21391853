"""Operators, staff, dealers and keys for tests."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from headend.kernel.sealing import new_key, seal
from headend.kernel.tokens import digest_of, new_token
from headend.operators.models import ApiKey, Dealer, Operator, Staff
from headend.operators.rules import SCOPES, Api, Role, path_of

_number = count(1)


def make_operator(*, parent: Operator | None = None, **fields: Any) -> Operator:
    """An operator with its place in the tree."""
    fields.setdefault("name", f"Operator {next(_number)}")
    operator = Operator.objects.create(parent=parent, **fields)
    operator.path = path_of(parent.path if parent else "", operator.pk)
    operator.save(update_fields=["path"])
    return operator


def make_staff(*, role: Role = Role.OPERATOR_ADMIN, password: str = "", **fields: Any) -> Staff:
    """A member of staff who may log in to the console; without a password only by `client.force_login`."""
    fields.setdefault("username", f"staff{next(_number)}")
    if role is not Role.SUPERUSER:
        fields["operator"] = fields.get("operator") or make_operator()
    staff = Staff(role=role.value, is_staff=True, is_superuser=role is Role.SUPERUSER, **fields)
    if password:
        staff.set_password(password)
    else:
        staff.set_unusable_password()
    staff.save()
    return staff


def make_dealer(*, operator: Operator | None = None, **fields: Any) -> Dealer:
    fields.setdefault("name", f"Dealer {next(_number)}")
    return Dealer.objects.create(operator=operator or make_operator(), **fields)


def make_api_key(
    *, operator: Operator | None = None, api: Api = Api.DEVICE, sealing_key: str = "", **fields: Any
) -> tuple[ApiKey, str]:
    """A live key and its text; without a `sealing_key` nobody can unseal it, which most tests do not need."""
    text = new_token()
    key = ApiKey.objects.create(
        operator=operator or make_operator(),
        api=api.value,
        digest=digest_of(text),
        sealed=seal(text, sealing_key or new_key()),
        hint=text[-4:],
        **fields,
    )
    return key, text


def make_rest_key(*, operator: Operator | None = None, scopes: Iterable[str] = SCOPES, **fields: Any) -> str:
    """The text of a key of the REST API, with all scopes unless some are named."""
    return make_api_key(operator=operator, api=Api.REST, scopes=list(scopes), **fields)[1]
