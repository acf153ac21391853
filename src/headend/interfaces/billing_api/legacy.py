"""Two calls of old billing scripts: an unsigned key, and errors with numbers of their own."""

from typing import Unpack

from django.db import transaction

from headend.interfaces.billing_api import BILLING_API, accounts, customers
from headend.interfaces.billing_api.account_fields import AccountFields
from headend.interfaces.billing_api.customer_fields import NewCustomerFields
from headend.interfaces.billing_api.finding import NO_CUSTOMER, customer_named
from headend.interfaces.wire.callers import Guest
from headend.kernel.calls import Needs
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.subscribers.errors import ExternalIdTaken, NumberTaken

MISSING_CUSTOMER, ACCOUNT_EXISTS, OBJECT_EXISTS, BAD_ARGUMENT = -2, -6, -7, -100


@BILLING_API.call(
    "AddCustomer",
    "POST",
    "/add_customer/",
    needs=Needs.KEY,
    errors={OBJECT_EXISTS: "another customer has this ext_id", BAD_ARGUMENT: "an argument is bad"},
    refusals={ExternalIdTaken: OBJECT_EXISTS, Invalid: BAD_ARGUMENT},
    bad_parameter=BAD_ARGUMENT,
    writes=True,
)
def add_customer(caller: Guest, ext_id: str = "", **fields: Unpack[NewCustomerFields]) -> Fields:
    """Make a customer as CustomerCreate does, for scripts that know the key but not how to sign."""
    return customers.create(caller, ext_id=ext_id, **fields)


@BILLING_API.call(
    "AddAccount",
    "POST",
    "/add_account/",
    needs=Needs.KEY,
    errors={
        MISSING_CUSTOMER: NO_CUSTOMER,
        ACCOUNT_EXISTS: "there is an account of this number",
        BAD_ARGUMENT: "an argument is bad",
    },
    refusals={NumberTaken: ACCOUNT_EXISTS, Invalid: BAD_ARGUMENT},
    bad_parameter=BAD_ARGUMENT,
    writes=True,
)
@transaction.atomic
def add_account(
    caller: Guest,
    customer_id: int | None = None,
    ext_id: str = "",
    abonement: int | None = None,
    **fields: Unpack[AccountFields],
) -> Fields:
    """Give a customer an account as AccountCreate does, for scripts that know the key but not how to sign."""
    customer = customer_named(caller, customer_id, ext_id, number=MISSING_CUSTOMER)
    return accounts.create(caller, customer_id=customer.pk, abonement=abonement, **fields)
