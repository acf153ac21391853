"""The operator itself, and its dealers."""

from typing import Any

from pydantic import Field

from headend.interfaces.rest.callers import Caller
from headend.interfaces.rest.paging import Filter
from headend.interfaces.rest.resources import Resource
from headend.interfaces.rest.shapes import Fields, Moment, partial
from headend.interfaces.rest.writing import plain
from headend.operators.actions import save_operator
from headend.operators.models import Dealer, Operator


class OperatorFields(Fields):
    name: str
    email: str = ""
    site_url: str = ""
    logo_url: str = ""
    portal_url: str = ""
    external_id: str = ""


class OperatorShape(OperatorFields):
    id: int
    parent_id: int | None
    time_zone: str
    language: str
    extra_languages: list[str]
    currency: str
    billing_mode: str
    is_active: bool
    created_at: Moment


def _change_operator(caller: Caller, operator: Operator, given: dict[str, Any]) -> None:
    for name, value in given.items():
        setattr(operator, name, value)
    operator.clean_fields()
    save_operator(actor=caller.actor, operator=operator)


OPERATORS = Resource(
    path="operators",
    noun="operator",
    text="The operator that the key belongs to, and no other.",
    model=Operator,
    shape=OperatorShape,
    read=lambda caller: Operator.objects.filter(pk=caller.key.operator_id),
    patch=partial(OperatorFields),
    change=_change_operator,
)


class DealerFields(Fields):
    name: str
    contact: str = ""
    email: str = ""
    phone: str = ""
    is_active: bool = True
    allowed_subnets: str = Field("", description="One per line; empty allows any address.")


class DealerShape(DealerFields):
    id: int


DEALERS = Resource(
    path="dealers",
    noun="dealer",
    text="Resellers and the customers they brought in.",
    model=Dealer,
    shape=DealerShape,
    filters={"name": Filter("name", str), "is_active": Filter("is_active", bool)},
    sorts=("id", "name"),
    new=DealerFields,
    patch=partial(DealerFields),
    **plain(Dealer, {}, {}),
)
