"""Customers: made, changed, told and deleted."""

from typing import Unpack

from django.conf import settings
from django.db import transaction

from headend.catalog.models import Tariff
from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.billing_api.customer_fields import (
    ERROR_FIELDS,
    CustomerFields,
    NewCustomerFields,
    domain_fields,
    papers_of,
)
from headend.interfaces.billing_api.finding import (
    NO_CUSTOMER,
    accounts_of,
    customer_named,
    customers_of,
    is_given,
    page_of,
)
from headend.interfaces.billing_api.patterns import matching
from headend.interfaces.billing_api.rows import customer_rows
from headend.interfaces.wire.callers import Guest, Reseller
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.subscribers.actions import change_customer, create_customer, delete_customer, set_documents
from headend.subscribers.errors import ExternalIdTaken
from headend.subscribers.models import TariffSubscription
from headend.subscribers.queries import customers_reached_by, held_at

INVALID = "a field cannot be accepted, see error_fields"
_NAMES = ("firstname", "middlename", "lastname", "comment")


@BILLING_API.call(
    "CustomerCreate",
    "POST",
    "/customer/create/",
    errors={1: "another customer has this ext_id", 2: "too many registrations", 3: INVALID},
    refusals={ExternalIdTaken: 1, Invalid: 3},
    bad_parameter=3,
    error_fields=ERROR_FIELDS,
    writes=True,
)
@transaction.atomic
def create(caller: Guest, ext_id: str = "", **fields: Unpack[NewCustomerFields]) -> Fields:
    """Make a customer, who gets the tariffs that every new one gets; one of the names or a comment is needed.

    Choice: identity papers and bank accounts are sealed and told by no call. A customer that a dealer makes is the
    dealer's own.
    """
    if not any(fields.get(name) for name in _NAMES):
        raise Invalid(f"one of {', '.join(_NAMES)} is needed", "first_name")
    customer = create_customer(
        actor=caller.actor,
        operator=caller.operator,
        now=caller.now,
        external_id=ext_id if is_given(ext_id) else None,
        **domain_fields(caller, fields),
    )
    if papers := papers_of(fields):
        set_documents(actor=caller.actor, customer=customer, documents=papers, sealing_key=settings.ENCRYPTION_KEY)
    return {"id": customer.pk}


@BILLING_API.call(
    "CustomerModify",
    "POST",
    "/customer/modify/",
    errors={1: NO_CUSTOMER, 2: INVALID},
    refusals={ExternalIdTaken: 2, Invalid: 2},
    bad_parameter=2,
    error_fields=ERROR_FIELDS,
    writes=True,
)
@transaction.atomic
def modify(caller: Guest, customer_id: int | None = None, ext_id: str = "", **fields: Unpack[CustomerFields]) -> Fields:
    """Change a customer; with both numbers, the one with ours gets the other.

    Choice: what is not sent or is empty stays. Of an address the parts that are sent change.
    """
    customer = customer_named(caller, customer_id, ext_id)
    changes = domain_fields(caller, fields, customer)
    if is_given(customer_id) and is_given(ext_id):
        changes["external_id"] = ext_id
    change_customer(actor=caller.actor, customer=customer, **changes)
    if papers := papers_of(fields):
        set_documents(actor=caller.actor, customer=customer, documents=papers, sealing_key=settings.ENCRYPTION_KEY)
    return {}


@BILLING_API.call("CustomerDelete", "POST", "/customer/delete/", errors={1: NO_CUSTOMER}, writes=True)
def remove(caller: Guest, customer_id: int | None = None, ext_id: str = "") -> Fields:
    """Delete a customer with all accounts; what it paid stays in the ledger, without a name."""
    delete_customer(actor=caller.actor, customer=customer_named(caller, customer_id, ext_id))
    return {}


@BILLING_API.call("CustomerInfo", "POST", "/customer/info/", errors={1: NO_CUSTOMER})
def info(caller: Guest, customer_id: int | None = None, ext_id: str = "") -> Fields:
    """Tell what a customer owns, holds and has paid.

    Choice: `tariffs` and `subscriptions` are those for all accounts; AccountInfo tells what one account holds for
    itself. `activation_days_left` is -1 where the service has no last day. `end_date` is the first day without it.
    """
    [row] = customer_rows([customer_named(caller, customer_id, ext_id)], caller.now)
    if not isinstance(caller, Reseller):  # the two APIs differ, and their clients rely on it
        for account in row["accounts"]:
            account["abonement"] = int(account["abonement"])
    return row


@BILLING_API.call(
    "CustomerList",
    "GET",
    "/customer/list/",
    errors={1: "no such tariff", 2: "a parameter is bad"},
    bad_parameter=2,
)
def customer_list(  # noqa: PLR0913 - the wire's parameters
    caller: Guest,
    tariff_id: list[int] | None = None,
    abonement_regexp: str = "",
    mobile_phone_number: str = "",
    limit: int = 100,
    page: int = 1,
) -> Fields:
    """List customers by their records' numbers, a hundred a page; `count` says how many there are.

    Choice: with several tariffs, those who hold one of them, for all accounts or with any. `birthdate` is told of
    each customer. For `abonement_regexp` see AccountList; a phone is found with and without its "+".
    """
    found = customers_of(caller).order_by("pk")
    wanted = [number for number in tariff_id or [] if is_given(number)]
    if wanted:
        if Tariff.objects.of(caller.operator.pk).filter(pk__in=wanted).count() < len(set(wanted)):
            raise Refused(1)
        held = held_at(TariffSubscription.objects.of(caller.operator.pk), caller.now).filter(tariff__in=wanted)
        found = found.filter(pk__in=held.values("customer"))
    if mobile_phone_number:
        reached = customers_reached_by(caller.operator.pk, phone=f"+{mobile_phone_number.lstrip('+')}")
        found = found.filter(pk__in=reached.values("pk"))
    if abonement_regexp:
        found = found.filter(pk__in=matching(accounts_of(caller), abonement_regexp, number=2).values("customer"))
    shown = page_of(limit, page, number=2)
    return {"customers": customer_rows(found[shown], caller.now), "count": found.count()}
