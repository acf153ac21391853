"""What moved customers' balances: told, and written down for another billing system."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from django.db import transaction

from headend.billing.actions import announce_payment, post_external, undo_external
from headend.billing.errors import AlreadyPosted, BadAmount
from headend.billing.models import Entry, Kind, Payment, PaymentStatus
from headend.billing.queries import entries_of, today_of
from headend.billing.rules import rounded
from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.billing_api.finding import NO_CUSTOMER, customer_named, is_given, page_of
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Longest
from headend.kernel.errors import NotFound
from headend.kernel.formats import Fields
from headend.operators.queries import zone_of
from headend.subscribers.actions import activate_account
from headend.subscribers.models import Customer
from headend.viewing.actions import give_title
from headend.vod.models import Title

LONGEST_NUMBER = 100
NO_CUSTOMER_HERE = 6
BAD_AMOUNT = 7
FILM = 1
ExtId = Annotated[str, Longest(LONGEST_NUMBER)]


@BILLING_API.call(
    "TransactionCreate",
    "GET",
    "/transaction/create/",
    errors={
        1: "this ext_id is known already",
        2: "ext_id is needed",
        3: "video_ext_id is needed",
        4: "no title has this video_ext_id",
        5: "video_available_until is no moment",
        NO_CUSTOMER_HERE: NO_CUSTOMER,
        BAD_AMOUNT: "a parameter is bad, or this is no amount that could be posted",
    },
    refusals={AlreadyPosted: 1, BadAmount: BAD_AMOUNT},
    bad_parameter=BAD_AMOUNT,
    writes=True,
)
@transaction.atomic
def create(  # noqa: PLR0913 - the wire's parameters
    caller: Guest,
    ext_id: ExtId = "",
    id: ExtId = "",  # noqa: A002 - what shipped clients call it
    amount: float = 0,
    processed: bool = False,
    comment: Annotated[str, Longest(500)] = "",
    customer_id: int | None = None,
    customer_ext_id: str = "",
    transaction_type: int = 0,
    video_ext_id: str = "",
    video_available_until: str = "",
    activate_accounts: bool = False,
) -> Fields:
    """Write down what a customer paid elsewhere, or (below zero) was charged elsewhere; each `ext_id` once.

    Choice: `id` is read for `ext_id`. What is not `processed` waits as a payment, counts for nothing, and is confirmed
    by the same call with `processed` or in the console; only money that comes in can wait. The balance may fall below
    zero. A film (`transaction_type` 1) is given to all accounts of the customer, until `video_available_until` (UTC)
    or for good. 6 and 7 are our own numbers: no such customer, and no such amount.
    """
    number = ext_id or id
    if not is_given(number):
        raise Refused(2)
    customer = customer_named(caller, customer_id, customer_ext_id, number=NO_CUSTOMER_HERE)
    film = _film(caller, video_ext_id) if transaction_type == FILM else None
    until = _moment(video_available_until)
    money = Decimal(repr(amount))
    what = {"actor": caller.actor, "customer": customer, "external_id": number, "now": caller.now, "comment": comment}
    if not processed:
        announce_payment(amount=money, **what)  # type: ignore[arg-type]
        return {}
    kind = Kind.PAYMENT if money > 0 else Kind.TITLE if film else Kind.SUBSCRIPTION
    post_external(amount=money, kind=kind, **what)  # type: ignore[arg-type]
    if film is not None:
        for account in customer.accounts.all():
            give_title(actor=caller.actor, account=account, title=film, price=abs(money), now=caller.now, ends_at=until)
    if activate_accounts:
        _activate(caller, customer)
    return {}


def _film(caller: Guest, external_id: str) -> Title:
    if not is_given(external_id):
        raise Refused(3)
    found: Title | None = Title.objects.of(caller.operator.pk).filter(external_id=external_id).order_by("pk").first()
    if found is None:
        raise Refused(4)
    return found


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace("|", " "))
    except ValueError as error:
        raise Refused(5) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _activate(caller: Guest, customer: Customer) -> None:
    today = today_of(caller.operator, caller.now)
    for account in customer.accounts.filter(is_active=False):
        activate_account(actor=caller.actor, account=account, today=today)


@BILLING_API.call(
    "TransactionDelete",
    "POST",
    "/transaction/delete/",
    errors={1: "nothing is known of this ext_id, or it was undone before", 2: "ext_id is needed"},
    refusals={NotFound: 1, AlreadyPosted: 1},
    bad_parameter=2,
    writes=True,
)
def remove(caller: Guest, ext_id: ExtId = "", id: ExtId = "") -> Fields:  # noqa: A002 - as above
    """Undo what was written down under a number.

    Choice: nothing is deleted from the ledger, a correction is posted; the number stays used. A film that was given
    stays so.
    """
    number = ext_id or id
    if not is_given(number):
        raise Refused(2)
    undo_external(actor=caller.actor, operator=caller.operator, external_id=number, now=caller.now)
    return {}


# --- what has moved ---

API, BY_HAND, INTERNAL = 3, 4, 5
_GATEWAYS = {
    "walletone": 0, "walletone_card": 1, "paypal": 2, "arca": 6, "paymaster": 7, "paymaster_card": 8, "square": 9,
    "payture": 10, "null": 11, "fortebank": 12, "stripe": 13, "sber": 14,
}  # fmt: skip


@BILLING_API.call(
    "CustomerTransactionList",
    "POST",
    "/customer/transaction/list/",
    errors={1: NO_CUSTOMER, 2: "limit or page is bad"},
    bad_parameter=2,
)
def transactions(
    caller: Guest, customer_id: int | None = None, ext_id: str = "", limit: int = 100, page: int = 1
) -> Fields:
    """List what moved a customer's balance, the newest first, and before it what waits to be paid.

    Choice: `transaction_id` is the ledger's number, of what waits the payment's; `ext_id` is the caller's own. Moments
    are the operator's, yyyy-mm-dd hh:mm:ss. `source` is 3 for this API, 4 for what staff wrote down, 5 for what the
    platform did itself, else the gateway's number.
    """
    customer = customer_named(caller, customer_id, ext_id)
    waiting = Payment.objects.filter(customer=customer, status=PaymentStatus.PENDING).order_by("-pk")
    moved = entries_of(customer).select_related("transaction__payment__merchant")
    first, shown = waiting.count(), page_of(limit, page, number=2)
    rows = [_waiting(caller, each) for each in waiting.select_related("merchant")[shown]]
    rows += [_moved(caller, each) for each in moved[max(0, shown.start - first) : max(0, shown.stop - first)]]
    return {"payments": rows}


def _at(caller: Guest, moment: datetime) -> str:
    return f"{moment.astimezone(zone_of(caller.operator)):%Y-%m-%d %H:%M:%S}"


def _waiting(caller: Guest, payment: Payment) -> dict[str, object]:
    return {
        "transaction_id": str(payment.pk),
        "ext_id": "" if payment.merchant else payment.reference,
        "amount": str(rounded(payment.amount, payment.currency)),
        "source": str(_source_of(payment)),
        "datetime": _at(caller, payment.created_at),
        "comment": payment.comment,
        "processed": 0,
    }


def _moved(caller: Guest, entry: Entry) -> dict[str, object]:
    posted = entry.transaction
    payment: Payment | None = getattr(posted, "payment", None)
    inside = API if posted.external_id else INTERNAL
    return {
        "transaction_id": str(posted.pk),
        "ext_id": posted.external_id or (payment.reference if payment and not payment.merchant else ""),
        "amount": str(rounded(entry.amount, entry.currency)),
        "source": str(_source_of(payment) if payment else inside),
        "datetime": _at(caller, entry.at),
        "comment": posted.comment or posted.get_kind_display(),
        "processed": 1,
    }


def _source_of(payment: Payment) -> int:
    if payment.merchant is not None:
        return _GATEWAYS.get(payment.merchant.gateway, INTERNAL)
    return API if payment.reference else BY_HAND
