"""Accounts: made, changed, told, taken into service and out of it, deleted."""

from typing import Unpack

from django.conf import settings
from django.db import transaction

from headend.billing.errors import BillingElsewhere
from headend.billing.queries import today_of
from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.billing_api.account_fields import ERROR_FIELDS, AccountFields, domain_fields, password_of
from headend.interfaces.billing_api.finding import (
    NO_ACCOUNT,
    NO_CUSTOMER,
    account_named,
    accounts_of,
    customer_named,
    page_of,
)
from headend.interfaces.billing_api.patterns import matching
from headend.interfaces.billing_api.rows import account_rows
from headend.interfaces.billing_elsewhere import notify_elsewhere
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.calls import Refusals
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.subscribers.actions import (
    activate_account,
    change_account,
    create_account,
    deactivate_account,
    delete_account,
    set_parent_code,
    set_password,
)
from headend.subscribers.errors import NumberTaken

INVALID = "a field cannot be accepted, see error_fields"


def _taken(error: NumberTaken) -> Refused:
    return Refused(3, str(error), {"error_fields": {"abonement": [str(error)]}})


_CREATE_REFUSALS: Refusals = {NumberTaken: _taken, Invalid: 2}


@BILLING_API.call(
    "AccountCreate",
    "POST",
    "/account/create/",
    errors={1: NO_CUSTOMER, 2: INVALID, 3: "the account cannot be made, its number is taken"},
    refusals=_CREATE_REFUSALS,
    bad_parameter=2,
    error_fields=ERROR_FIELDS,
    writes=True,
)
@transaction.atomic
def create(
    caller: Guest,
    customer_id: int | None = None,
    ext_id: str = "",
    abonement: int | None = None,
    **fields: Unpack[AccountFields],
) -> Fields:
    """Give a customer a new account.

    Choice: without `abonement` it gets the operator's next number, without `password` one of six figures. The time
    shift is in hours; `auto_activation_period` of 0 is none.
    """
    customer = customer_named(caller, customer_id, ext_id)
    password = password_of(fields)
    account = create_account(
        actor=caller.actor,
        customer=customer,
        number=None if abonement == -1 else abonement,
        password=password,
        **domain_fields(caller, fields),
    )
    if fields.get("parent_code"):
        set_parent_code(
            actor=caller.actor, account=account, code=fields["parent_code"], sealing_key=settings.ENCRYPTION_KEY
        )
    return {"account_id": account.pk, "abonement": str(account.number), "password": password}


@BILLING_API.call(
    "AccountModify",
    "POST",
    "/account/modify/",
    errors={1: NO_ACCOUNT, 2: INVALID},
    refusals={Invalid: 2},
    bad_parameter=2,
    error_fields=ERROR_FIELDS,
    writes=True,
)
@transaction.atomic
def modify(
    caller: Guest, account_id: int | None = None, abonement: int | None = None, **fields: Unpack[AccountFields]
) -> Fields:
    """Change an account.

    Choice: what is not sent or is empty stays, whatever the documentation gives as its default; `subnets` of 0.0.0.0/0
    opens every address again. Who has signed in stays so after a change of the password.
    """
    account = account_named(caller, account_id, abonement)
    change_account(actor=caller.actor, account=account, **domain_fields(caller, fields))
    if "password" in fields:
        set_password(actor=caller.actor, account=account, password=fields["password"])
    if "parent_code" in fields:
        set_parent_code(
            actor=caller.actor, account=account, code=fields["parent_code"], sealing_key=settings.ENCRYPTION_KEY
        )
    return {}


@BILLING_API.call("AccountInfo", "POST", "/account/info/", errors={1: NO_ACCOUNT})
def info(caller: Guest, account_id: int | None = None, abonement: int | None = None) -> Fields:
    """Tell all about an account, its devices and what it holds.

    Choice: `tariffs` and `subscriptions` are those of the account itself; what the customer holds for all accounts is
    CustomerInfo's. `parent_code` is 0 where there is none, and a text where a number would lose something of it.
    """
    account = account_named(caller, account_id, abonement)
    [row] = account_rows(accounts_of(caller).filter(pk=account.pk), caller.now)
    return row | {"abonement": str(row["abonement"])}


@BILLING_API.call("AccountList", "GET", "/account/list/", errors={1: "a parameter is bad"})
def account_list(  # noqa: PLR0913 - the wire's parameters
    caller: Guest,
    status: bool | None = None,
    status_reason: str = "",
    device: str = "",
    abonement_regexp: str = "",
    limit: int = 100,
    page: int = 1,
) -> Fields:
    """List accounts by their records' numbers, a hundred a page; `count` says how many there are.

    Choice: `status` is whether they are active, `device` the system name of a type of which they have a device.
    `abonement_regexp` knows figures, ".", "[0-9]", "^", "$", "|" and at most four of "*", "+", "?" and "{n}".
    """
    found = accounts_of(caller).order_by("pk")
    if status is not None:
        found = found.filter(is_active=status)
    if status_reason:
        found = found.filter(status_reason=status_reason)
    if device:
        found = found.filter(devices__device_type__system_name=device).distinct()
    if abonement_regexp:
        found = matching(found, abonement_regexp, number=1)
    shown = page_of(limit, page, number=1)
    return {"accounts": account_rows(found[shown], caller.now), "count": found.count()}


@BILLING_API.call(
    "AccountActivate",
    "POST",
    "/account/activate/",
    errors={1: NO_ACCOUNT, 2: "another billing system failed"},
    refusals={BillingElsewhere: 2},
    writes=True,
)
def activate(
    caller: Guest, account_id: int | None = None, abonement: int | None = None, notify_external_api: bool = False
) -> Fields:
    """Put an account into service; dates that would keep it out are moved or taken away.

    Choice: with `notify_external_api` another billing system of the operator hears of it first; when it does not take
    the news, nothing changes.
    """
    account = account_named(caller, account_id, abonement)
    if notify_external_api:
        notify_elsewhere(account, is_active=True)
    activate_account(actor=caller.actor, account=account, today=today_of(caller.operator, caller.now))
    return {}


@BILLING_API.call(
    "AccountDeactivate",
    "POST",
    "/account/deactivate/",
    errors={1: NO_ACCOUNT, 2: "another billing system failed"},
    refusals={BillingElsewhere: 2},
    writes=True,
)
def deactivate(
    caller: Guest, account_id: int | None = None, abonement: int | None = None, notify_external_api: bool = False
) -> Fields:
    """Take an account out of service; its devices stay signed in and play nothing.

    Choice: `notify_external_api` as AccountActivate.
    """
    account = account_named(caller, account_id, abonement)
    if notify_external_api:
        notify_elsewhere(account, is_active=False)
    deactivate_account(actor=caller.actor, account=account)
    return {}


@BILLING_API.call("AccountDelete", "POST", "/account/delete/", errors={1: NO_ACCOUNT}, writes=True)
def remove(caller: Guest, account_id: int | None = None, abonement: int | None = None) -> Fields:
    """Delete an account with its devices, subscriptions and sessions."""
    delete_account(actor=caller.actor, account=account_named(caller, account_id, abonement))
    return {}
