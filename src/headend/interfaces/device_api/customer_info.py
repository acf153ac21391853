"""The customer: what is known of them, what they pay and have paid, and what they change themselves."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from headend.billing.actions import set_autopayment
from headend.billing.errors import (
    BillingElsewhere,
    BillingLacks,
    GatewayRefused,
    NoCardForAutopayment,
    NoGateway,
    UnknownPayment,
)
from headend.billing.models import Entry, Kind, PaymentStatus
from headend.billing.queries import (
    Buyer,
    Due,
    balance_of,
    cards_of,
    discounts_for,
    due_of,
    entries_of,
    held_by,
    is_leaving,
    midnight_of,
    payment_of,
    period_price,
    today_of,
)
from headend.billing.rules import months_after, rounded
from headend.interfaces.attempts import GUESSES
from headend.interfaces.billing_elsewhere import MovementElsewhere, balance_elsewhere, payments_elsewhere
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.money import as_text, day_of, day_text, looks_like_mail
from headend.interfaces.device_api.payments import ask_about, movement
from headend.interfaces.device_api.tariffs import priced_in_text, subscriptions, tariff_list
from headend.interfaces.texts import post_at, sender_for
from headend.interfaces.wire.callers import Viewer
from headend.interfaces.wire.calls import Refusals
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.subscribers.actions.own_details import change_own_details
from headend.subscribers.errors import (
    AlreadyRegistered,
    CodeAwaited,
    CodeSent,
    CodeSentTooOften,
    NotSent,
    WrongCode,
)
from headend.subscribers.ports import Medium, Text
from headend.subscribers.queries import customers_reached_by, days_left

MOST_MOVEMENTS = 500
MOST_MONTHS = 36
USUAL_DAYS = 30
_NO_OTHER_BILLING = {1: "the other billing system does not tell", 2: "the other billing system failed"}
_ELSEWHERE_REFUSALS: Refusals = {BillingLacks: 1, BillingElsewhere: 2}
_BOOKS = {Kind.SUBSCRIPTION: "btv", Kind.TITLE: "vod"}


@DEVICE_API.call("CustomerBalance", "GET", "/customer/balance/", errors=_NO_OTHER_BILLING, refusals=_ELSEWHERE_REFUSALS)
def balance(viewer: Viewer) -> Fields:
    """Tell the customer's balance.

    Choice: where another billing system knows it, as that tells it; here and in the calls below, 1 says that the system
    cannot be asked this, 2 that it does not answer.
    """
    customer, theirs = viewer.account.customer, balance_elsewhere(viewer.account)
    return {"balance": as_text(balance_of(customer) if theirs is None else theirs.balance, customer)}


def _due_elsewhere(viewer: Viewer) -> tuple[Due, int]:
    """What has to be paid and by which number, as another billing system tells it where one does."""
    theirs = balance_elsewhere(viewer.account)
    if theirs is None:
        return due_of(Buyer(viewer.account), viewer.now), viewer.account.number
    own = due_of(Buyer(viewer.account), viewer.now, theirs.balance)
    return replace(own, to_pay=theirs.recommended, without_discounts=theirs.recommended), theirs.number


@DEVICE_API.call(
    "CustomerInfo",
    "GET",
    "/customer/info/",
    errors={1: "the other billing system failed", 2: "date_from or date_to is no day (dd.mm.yyyy)"},
    refusals={BillingElsewhere: 1},
)
def info(viewer: Viewer, date_from: str = "", date_to: str = "", show_virtual_tariffs: bool = False) -> Fields:
    """Tell who the customer is, the balance, what moved it, the tariffs and subscriptions.

    Choice: without days the last thirty are told, at most 500 movements. `id_for_payment` is the account's number;
    `payment_sum` is what has to come in so that the balance covers a month of all that is held, and `payment_period`
    is 1, a month; `activation_days_left` is -1 where the service has no last day, as at sign-in.
    """
    customer, (due, number) = viewer.account.customer, _due_elsewhere(viewer)
    return {
        **_person(viewer),
        "id_for_payment": number,
        **_due(viewer, due),
        "abonement": str(viewer.account.number),
        "required_payment": float(due.to_pay),
        "payments": _payments(viewer, date_from, date_to),
        "tariffs": priced_in_text(viewer, tariff_list(viewer, for_all=True)),
        "subscriptions": subscriptions(viewer.account, viewer.now, viewer),
        "monthly_payment": as_text(due.monthly, customer),
        "annual_payment": as_text(due.monthly * 12, customer),
    }


def _person(viewer: Viewer) -> dict[str, object]:
    customer = viewer.account.customer
    return {
        "firstname": customer.first_name,
        "lastname": customer.last_name,
        "email": customer.email,
        "mobile_phone_number": customer.mobile_phone,
        "id_for_payment": viewer.account.number,
    }


def _due(viewer: Viewer, due: Due) -> dict[str, object]:
    customer = viewer.account.customer
    return {
        "balance": as_text(due.balance, customer),
        "payment_sum": float(due.to_pay),
        "payment_sum_no_discount": float(due.without_discounts),
        "payment_period": 1,
        "current_debt_amount": as_text(due.debt, customer),
        "activation_days_left": _days_left(viewer),
    }


def _days_left(viewer: Viewer) -> int:
    left = days_left(viewer.account, today_of(viewer.operator, viewer.now))
    return -1 if left is None else left


def _payments(viewer: Viewer, date_from: str, date_to: str) -> dict[str, list[dict[str, object]]]:
    """What moved the balance within some days, by what it was for."""
    today = today_of(viewer.operator, viewer.now)
    until = day_of(date_to, today, 2)
    since = day_of(date_from, min(today, until) - timedelta(days=min(USUAL_DAYS, until.toordinal() - 1)), 2)
    theirs = payments_elsewhere(viewer.account, since, until)
    if theirs is not None:
        return _payments_elsewhere(theirs)
    entries = entries_of(viewer.account.customer).filter(at__gte=_midnight(viewer, since))
    if until < date.max:
        entries = entries.filter(at__lt=_midnight(viewer, until + timedelta(days=1)))
    found: dict[str, list[dict[str, object]]] = {"btv": [], "vod": [], "other": []}
    for entry in entries[:MOST_MOVEMENTS]:
        found[_BOOKS.get(Kind(entry.transaction.kind), "other")].append(movement(entry))
    return found


def _payments_elsewhere(movements: list[MovementElsewhere]) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {"btv": [], "vod": [], "other": []}
    for each in movements:
        told = {"id": 0, "comment": each.comment, "datetime": int(each.at.timestamp()), "amount": float(each.amount)}
        found[{"subscription": "btv", "title": "vod"}.get(each.kind, "other")].append(told)
    return found


def _midnight(viewer: Viewer, day: date) -> datetime:
    # The first and last days that there are cannot be told in every zone, nor kept by every database.
    return midnight_of(viewer.operator, min(max(day, date(1970, 1, 2)), date(9000, 1, 1)))


@DEVICE_API.call(
    "CustomerInfoV2",
    "GET",
    "/v2/customer/info/",
    errors={400: "a parameter is missing or bad", 404: "no such customer"},
    bad_parameter=400,
)
def info_v2(viewer: Viewer) -> Fields:
    """Tell who the customer is, the balance and what has to be paid.

    Choice: `deactivation_date` is the first day without service, `deactivation_date_to` what it would be after a month
    more; both are "" where there is none.
    """
    account, due = viewer.account, due_of(Buyer(viewer.account), viewer.now)
    last = account.deactivates_on
    return {
        **_person(viewer),
        **_due(viewer, due),
        "abonement": account.number,
        "deactivation_date": last.isoformat() if last else "",
        "deactivation_date_to": months_after(last, 1).isoformat() if last else "",
        "is_trial": int(account.customer.is_trial),
        "autopayment_enabled": int(cards_of(account.customer).filter(for_autopayment=True).exists()),
    }


@DEVICE_API.call(
    "CustomerPaymentInfo", "GET", "/customer/payment/info/", errors=_NO_OTHER_BILLING, refusals=_ELSEWHERE_REFUSALS
)
def payment_info(viewer: Viewer) -> Fields:
    """Tell what the next period will cost, tariff by tariff, and how much of it the balance does not cover, with the
    customer's discounts and without.

    Choice: `date` is the day until which a tariff is paid, yyyy-mm-dd, else that of the account's next charge.
    """
    buyer = Buyer(viewer.account)
    due, _number = _due_elsewhere(viewer)
    next_charge = viewer.account.extends_on.isoformat() if viewer.account.extends_on else ""
    discounts = list(discounts_for(viewer.operator.pk, [viewer.account.customer_id]))
    today, details = today_of(viewer.operator, viewer.now), []
    for held in held_by(buyer, viewer.now):
        renewal = getattr(held, "renewal", None)
        if held.tariff.period_months and not is_leaving(held):
            until = day_text(viewer.operator, renewal.paid_until if renewal else None)
            price = rounded(period_price(held, buyer, today, discounts), buyer.currency)
            details.append({"title": viewer.name_of(held.tariff), "sum": float(price), "date": until or next_charge})
    return {
        "details": details,
        "payment_sum": float(due.to_pay),
        "payment_sum_no_discount": float(due.without_discounts),
    }


# --- what customers change ---


@DEVICE_API.call(
    "CustomerInfoSet",
    "POST",
    "/customer/info/set/",
    errors={
        1: "a name or the mail address is bad: see error_messages",
        2: "another customer has this phone",
        3: "a code was sent to the phone: repeat with it",
        4: "a code was sent a moment ago, or too often today",
        5: "the code is wrong or too old",
        6: "this is no phone number",
        7: "the code could not be sent",
    },
    refusals={
        AlreadyRegistered: 2,
        CodeSent: 3,
        CodeAwaited: 4,
        CodeSentTooOften: 4,
        WrongCode: 5,
        NotSent: 7,
    },
    has_message=False,
    writes=True,
)
def set_info(  # noqa: PLR0913 - the wire's parameters
    viewer: Viewer,
    firstname: str = "",
    lastname: str = "",
    mobile_phone_number: str = "",
    code: str = "",
    confirmation_method: int = 4,
    email: str = "",
) -> Fields:
    """Change the customer's names, mail address and phone, which is proved by a code first.

    Choice: codes travel by SMS, whatever `confirmation_method` says; nothing is changed until the phone is proved. What
    is left out or empty stays.
    """
    given = {"first_name": firstname, "last_name": lastname, "email": email}
    try:
        change_own_details(
            actor=viewer.actor,
            customer=viewer.account.customer,
            details={name: value for name, value in given.items() if value},
            phone=mobile_phone_number,
            code=code,
            post=post_at(viewer.now),
        )
    except Invalid as error:
        raise _bad_details(error) from error
    return {"error_messages": {}}


def _bad_details(error: Invalid) -> Refused:
    if error.place == "phone":
        return Refused(6)
    name = {"first_name": "firstname", "last_name": "lastname"}.get(error.place, error.place)
    return Refused(1, fields={"error_messages": {name: [str(error)]}})


@DEVICE_API.call(
    "CustomerAutopaymentToggle",
    "POST",
    "/customer/autopayment/",
    errors={1: "enabled is neither 0 nor 1", 2: "payments are not made by themselves", 3: "there is no saved card"},
    refusals={NoCardForAutopayment: 3},
    writes=True,
)
def toggle_autopayment(viewer: Viewer, enabled: bool) -> Fields:
    """Let the newest saved card be charged by itself, or no card.

    Choice: switching on what is on succeeds and changes nothing; switching off what is off answers 2.
    """
    changed = set_autopayment(actor=viewer.actor, customer=viewer.account.customer, is_on=enabled)
    if not changed and not enabled:
        raise Refused(2)
    return {}


@DEVICE_API.call(
    "CustomerInvoiceComplete",
    "GET",
    "/customer/invoice/complete/",
    errors={
        104: "the payment gateway is not set up",
        105: "there is no such invoice, or it was not paid",
        106: "the other billing system cannot do that",
        120: "invoice_id is missing",
        160: "the invoice is not paid yet, try again later",
    },
    refusals={NoGateway: 104, UnknownPayment: 105, GatewayRefused: 105},
    bad_parameter=120,
    writes=True,
)
def complete_invoice(viewer: Viewer, invoice_id: str) -> Fields:
    """Ask whether an invoice has been paid.

    Choice: an invoice is a payment that was begun, and its number is `transaction_id` of PaymentCreate. Its gateway is
    asked unless it is known to be paid.
    """
    if not (invoice_id.isascii() and invoice_id.isdigit() and len(invoice_id) < 19):
        raise Refused(105)
    payment = payment_of(viewer.account.customer, int(invoice_id))
    if payment.status != PaymentStatus.PAID:
        payment = ask_about(viewer, payment)
    if payment.status == PaymentStatus.FAILED:
        raise Refused(105)
    if payment.status == PaymentStatus.PENDING:
        raise Refused(160)
    return {}


@DEVICE_API.call(
    "BillingDetailsNotify",
    "GET",
    "/customer/billing_details_notify/",
    errors={
        1: "the statement could not be sent",
        2: "another customer has this mail address",
        3: "nothing moved the balance in that time",
    },
    refusals={NotSent: 1},
)
def send_statement(viewer: Viewer, email: str, period: int) -> Fields:
    """Send a statement of what moved the balance to a mail box.

    Choice: `period` counts months back from today, 36 at most; the statement is text in the caller's language, of 500
    movements at most. An account has to wait after some of them.
    """
    customer = viewer.account.customer
    if not 0 < period <= MOST_MONTHS or not looks_like_mail(email):
        raise Refused(1)
    if customers_reached_by(viewer.operator.pk, email=email).exclude(pk=customer.pk).exists():
        raise Refused(2)
    since = months_after(today_of(viewer.operator, viewer.now), -period)
    entries = list(entries_of(customer).filter(at__gte=_midnight(viewer, since))[:MOST_MOVEMENTS])
    if not entries:
        raise Refused(3)
    if not GUESSES.may_try("statement", viewer.account.pk):
        raise Refused(1)
    sender_for(viewer.operator.pk, Medium.EMAIL).send(_statement(viewer, email, entries))
    return {}


def _statement(viewer: Viewer, email: str, entries: list[Entry]) -> Text:
    customer = viewer.account.customer
    with override(viewer.language_code):
        subject = _("Your account with %(operator)s") % {"operator": viewer.operator}
        lines = [_line(viewer, entry) for entry in reversed(entries)]
        lines.append(_("Balance: %(amount)s") % {"amount": as_text(balance_of(customer), customer)})
    return Text(email, "\n".join(lines), subject)


def _line(viewer: Viewer, entry: Entry) -> str:
    day = date_format(today_of(viewer.operator, entry.at), "SHORT_DATE_FORMAT")
    words = entry.transaction.comment or entry.transaction.get_kind_display()
    return f"{day}  {as_text(entry.amount, viewer.account.customer)}  {words}"
