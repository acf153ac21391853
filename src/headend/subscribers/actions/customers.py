"""Customers: the households and firms that pay."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from headend.catalog.models import Tariff
from headend.kernel.actor import Actor
from headend.kernel.sealing import seal
from headend.operators.actions import delete, save, take_number
from headend.operators.models import Numbered, Operator
from headend.operators.queries import zone_of
from headend.subscribers.actions.checks import assign, check_same_operator
from headend.subscribers.actions.sessions import close_sessions
from headend.subscribers.actions.subscriptions import subscribe
from headend.subscribers.errors import ExternalIdTaken
from headend.subscribers.models import Customer, Session
from headend.subscribers.queries import documents_of
from headend.subscribers.rules import check_documents

FIELDS = frozenset(
    {
        "dealer", "first_name", "middle_name", "last_name", "company_name", "birth_date", "gender", "mobile_phone",
        "phone_1", "phone_2", "fax", "email", "postal_address", "billing_address", "contract_number", "external_id",
        "currency", "is_trial", "billing_handler", "sends_sms", "sends_email", "comment", "meta",
    }
)  # fmt: skip


@transaction.atomic
def create_customer(
    *, actor: Actor, operator: Operator, now: datetime, gets_basic: bool = False, **fields: Any
) -> Customer:
    """Create a customer, who gets the tariffs that the operator gives to every new one.

    The contract gets the operator's next number where none is given. Raises Invalid and ExternalIdTaken.

    `gets_basic`: where no basic tariff is among them, the one with the highest priority comes first.
    """
    customer = Customer(operator=operator)
    _fill(customer, fields)
    number_contract(customer, now)
    _save(actor, customer)
    for tariff in _first_tariffs(operator, gets_basic=gets_basic):
        subscribe(actor=actor, customer=customer, tariff=tariff, starts_at=now)
    return customer


def number_contract(customer: Customer, now: datetime) -> None:
    """Give a new customer's contract the next number by the operator's mask, where there is one and it has none.

    In the transaction of the write, so that no number is left out.
    """
    operator = customer.operator
    if operator.contract_number_mask and not customer.contract_number:
        day, mask = now.astimezone(zone_of(operator)).date(), operator.contract_number_mask
        customer.contract_number = take_number(operator=operator, kind=Numbered.CONTRACT, mask=mask, day=day)


def _first_tariffs(operator: Operator, *, gets_basic: bool) -> list[Tariff]:
    offered = (
        Tariff.objects.of(operator.pk).filter(is_enabled=True, is_archived=False).order_by("-basic_priority", "pk")
    )
    given = list(offered.filter(assigned_by_default=True))
    if gets_basic and not any(tariff.basic_priority for tariff in given):
        given[:0] = offered.filter(basic_priority__gt=0)[:1]
    return given


@transaction.atomic
def change_customer(*, actor: Actor, customer: Customer, **fields: Any) -> Customer:
    """Change some fields of a customer, and no others: they may have been read long ago.

    Raises Invalid, ExternalIdTaken and NotFound.
    """
    _fill(customer, fields)
    _save(actor, customer, only=fields)
    return customer


def _save(actor: Actor, customer: Customer, only: Collection[str] | None = None) -> None:
    try:
        with transaction.atomic():
            save(actor=actor, obj=customer, only=only)
    except IntegrityError as error:
        raise ExternalIdTaken(f"another customer has the external id {customer.external_id}") from error


@transaction.atomic
def set_documents(*, actor: Actor, customer: Customer, documents: Mapping[str, str], sealing_key: str) -> Customer:
    """Write down a customer's identity papers and bank account, sealed; what is not named stays, "" takes it away.

    Raises Invalid for a part that is not one of `rules.DOCUMENTS`, and for one that is too long.
    """
    known = documents_of(customer, sealing_key)
    changed = {name: value for name, value in (known | check_documents(documents)).items() if value}
    if changed != known:
        customer.sealed_documents = seal(json.dumps(changed), sealing_key) if changed else ""
        save(actor=actor, obj=customer, only={"sealed_documents"})
    return customer


@transaction.atomic
def delete_customer(*, actor: Actor, customer: Customer) -> None:
    """Delete a customer with all accounts, devices, subscriptions and sessions."""
    close_sessions(actor=actor, sessions=Session.objects.filter(account__customer=customer))
    for account in customer.accounts.all():
        delete(actor=actor, obj=account)
    delete(actor=actor, obj=customer)


def _fill(customer: Customer, fields: dict[str, Any]) -> None:
    # Two customers without an external id are no duplicates: only None says so to the unique constraint.
    if "external_id" in fields:
        fields["external_id"] = fields["external_id"] or None
    assign(customer, fields, FIELDS)
    check_same_operator(customer, customer.dealer)
