"""Everything about one household on one page: who they are, what they have, what they pay, what went wrong."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from headend.billing.models import Book, Entry, Payment, PromisedPayment, PromoActivation, SavedCard
from headend.billing.queries import balance_of, currency_of, price_of, today_of
from headend.interfaces.console.charts import Line, line_chart
from headend.interfaces.console.history import describe, entity_label
from headend.interfaces.console.lists import record_url
from headend.interfaces.console.money import money
from headend.interfaces.console.reach import Sight, staff_of
from headend.interfaces.console.reasons import REASONS, SIGN_IN_WORDS
from headend.messaging.models import Mailing, Message
from headend.operators.models import AuditEntry
from headend.playback.rules import Reason
from headend.subscribers.models import Account, AccountRefusal, Customer, Device, Session, TariffSubscription
from headend.subscribers.queries import online_since
from headend.viewing.models import PlayRefusal

MOST = 10
MOST_ACCOUNTS = 50
YEAR = timedelta(days=365)
MOST_STEPS = 2000


class AccountRow(NamedTuple):
    """An account with its devices, and how many of its sessions were heard of just now."""

    account: Account
    devices: Sequence[Device]
    online: int


class HeldRow(NamedTuple):
    """A subscription; `state` is "runs", "planned" or "ended"."""

    subscription: TariffSubscription
    state: str
    price: str
    paid_until: datetime | None


class LedgerRow(NamedTuple):
    """An entry, in words, and the balance after it."""

    entry: Entry
    amount: str
    after: str


class Link(NamedTuple):
    """A button: what it does, its icon and where it leads."""

    words: str
    icon: str
    url: str


def card_url(customer: Customer) -> str:
    """The address of a household's page."""
    return reverse("admin:subscribers_customer_card", args=(customer.pk,))


def card_page(site_context: Mapping[str, Any], request: HttpRequest, customer: Customer) -> TemplateResponse:
    """The page; what the staff member may not see is left out."""
    sight, now = Sight(staff_of(request)), timezone.now()
    accounts = _accounts(sight, customer, now)
    context = {
        **site_context,
        "title": str(customer),
        "customer": customer,
        "accounts": accounts,
        "held": _held(sight, customer, now),
        "links": list(_links(sight, customer, [row.account for row in accounts])),
        "sessions": _sessions(sight, customer),
        "refusals": list(_refusals(sight, customer)),
        "refused_sign_ins": list(_refused_sign_ins(sight, customer)),
        "now": now,
        **_money(sight, customer, now),
        **_talk(sight, customer),
        "history": _history(sight, staff_of(request), customer, accounts),
    }
    return TemplateResponse(request, "console/customer_card.html", context)


# --- what they have --------------------------------------------------------------------------------------------------


def _accounts(sight: Sight, customer: Customer, now: datetime) -> list[AccountRow]:
    rows = sight.rows(Account).filter(customer=customer).order_by("number")[:MOST_ACCOUNTS]
    devices: dict[int, list[Device]] = {}
    for device in sight.rows(Device).filter(account__customer=customer).select_related("device_type").order_by("pk"):
        devices.setdefault(device.account_id, []).append(device)
    heard = sight.rows(Session).filter(account__customer=customer, last_seen_at__gt=online_since(now))
    online = Counter(heard.values_list("account_id", flat=True))
    return [AccountRow(account, devices.get(account.pk, []), online[account.pk]) for account in rows]


def _held(sight: Sight, customer: Customer, now: datetime) -> list[HeldRow]:
    """Subscriptions: those that run, then those that will, then those that have ended, the newest first."""
    rows = sight.rows(TariffSubscription).filter(customer=customer)
    rows = rows.select_related("tariff__operator", "account", "renewal").order_by("-starts_at", "-pk")
    order = ("runs", "planned", "ended")
    found = [_held_row(each, now) for each in rows[:MOST_ACCOUNTS]]
    return sorted(found, key=lambda row: order.index(row.state))


def _held_row(subscription: TariffSubscription, now: datetime) -> HeldRow:
    renewal, tariff = getattr(subscription, "renewal", None), subscription.tariff
    if subscription.ends_at and subscription.ends_at <= now:
        state = "ended"
    else:
        state = "planned" if subscription.starts_at > now else "runs"
    currency = renewal.currency if renewal else tariff.currency or tariff.operator.currency
    price = money(price_of(subscription, today_of(tariff.operator, now)), currency)
    return HeldRow(subscription, state, price, renewal.paid_until if renewal else None)


def _sessions(sight: Sight, customer: Customer) -> QuerySet[Session]:
    rows = sight.rows(Session).filter(account__customer=customer).select_related("account", "device_type")
    return rows.order_by("-last_seen_at")[:MOST]


def _refusals(sight: Sight, customer: Customer) -> Iterator[tuple[PlayRefusal, Any, str]]:
    """Why they could last not watch, in words, and the page that explains it."""
    if not sight.may(Account):
        return
    rows = PlayRefusal.objects.filter(account__customer=customer).select_related("account", "channel")
    for row in rows.order_by("-last_at", "-pk")[:MOST]:
        words = REASONS[Reason(row.reason)].refusal if row.reason in Reason.__members__.values() else row.reason
        why = f"{reverse('admin:why')}?account={row.account_id}&channel={row.channel_id}"
        yield row, words, why


def _refused_sign_ins(sight: Sight, customer: Customer) -> Iterator[tuple[AccountRefusal, Any]]:
    """Which devices were lastly not let in, and why in words."""
    if not sight.may(Account):
        return
    rows = AccountRefusal.objects.filter(account__customer=customer).select_related("account")
    for row in rows.order_by("-last_at", "-pk")[:MOST]:
        yield row, SIGN_IN_WORDS.get(row.reason, row.reason)


# --- what they pay ---------------------------------------------------------------------------------------------------


def _money(sight: Sight, customer: Customer, now: datetime) -> dict[str, Any]:
    if not sight.may(Entry):
        return {}
    balance, currency = balance_of(customer), currency_of(customer)
    entries = sight.rows(Entry).filter(customer=customer, book=Book.CUSTOMERS, currency=currency)
    return {
        "may_see_money": True,
        "balance": money(balance, currency),
        "is_in_debt": balance < 0,
        "promises": [
            (promise, money(promise.amount, promise.currency))
            for promise in sight.rows(PromisedPayment).filter(customer=customer, ended_at=None).order_by("pk")
        ],
        "chart": _balance_chart(entries, balance, now),
        "ledger": list(_ledger(entries, balance, currency)),
        "payments": [
            (payment, money(payment.amount, payment.currency))
            for payment in sight.rows(Payment).filter(customer=customer).select_related("merchant").order_by("-pk")[:5]
        ],
        "cards": sight.rows(SavedCard).filter(customer=customer).order_by("-pk")[:5],
        "promos": sight.rows(PromoActivation).filter(customer=customer).select_related("promo").order_by("-pk")[:5],
    }


def _ledger(entries: QuerySet[Entry], balance: Decimal, currency: str) -> Iterator[LedgerRow]:
    after = balance
    for entry in entries.select_related("transaction").order_by("-pk")[:MOST]:
        yield LedgerRow(entry, money(entry.amount, currency), money(after, currency))
        after -= entry.amount


def _balance_chart(entries: QuerySet[Entry], balance: Decimal, now: datetime) -> Line | None:
    """The balance in the last year, as steps; None when nothing moved it."""
    since = now - YEAR
    moved = list(entries.filter(at__gt=since).order_by("-at", "-pk").values_list("at", "amount")[:MOST_STEPS])
    if not moved:
        return None
    at, values = [1.0], [float(balance)]
    for moment, amount in moved:
        place = (moment - since) / YEAR
        before = balance - amount
        at += [place, place]
        values += [float(balance), float(before)]
        balance = before
    if len(moved) < MOST_STEPS:
        at, values = [*at, 0.0], [*values, float(balance)]
    return line_chart(_("Balance in the last year"), at[::-1], values[::-1])


# --- what was said and done ------------------------------------------------------------------------------------------


def _talk(sight: Sight, customer: Customer) -> dict[str, Any]:
    messages = sight.rows(Message).filter(account__customer=customer).select_related("mailing", "account")
    return {"may_see_messages": sight.may(Message), "told": messages.order_by("-pk")[:5]}


def _history(sight: Sight, staff: Any, customer: Customer, accounts: Sequence[AccountRow]) -> list[AuditEntry]:
    numbers = [row.account.pk for row in accounts]
    devices = [device.pk for row in accounts for device in row.devices]
    of_household = (
        Q(entity="subscribers.customer", object_id=customer.pk)
        | Q(entity="subscribers.account", object_id__in=numbers)
        | Q(entity="subscribers.device", object_id__in=devices)
    )
    entries = list(sight.rows(AuditEntry).filter(of_household).order_by("-pk")[:MOST])
    describe(entries, staff)
    for entry in entries:
        entry.entity_words = entity_label(entry)
    return entries


def _links(sight: Sight, customer: Customer, accounts: Sequence[Account]) -> Iterator[Link]:
    if sight.may(Customer, "change"):
        yield Link(_("Edit"), "edit", record_url(customer))
    if sight.may(Payment, "add"):
        yield Link(_("Write down a payment"), "payments", _adding(Payment, customer=customer.pk))
    if sight.may(TariffSubscription, "add"):
        yield Link(_("Give a tariff"), "sell", _adding(TariffSubscription, customer=customer.pk))
    if sight.may(Mailing, "add") and accounts:
        yield Link(_("Send a message"), "mail", _adding(Mailing, audience="account", account=accounts[0].pk))
    if accounts:
        yield Link(_("Why was this refused?"), "contact_support", reverse("admin:why"))


def _adding(model: Any, **given: Any) -> str:
    address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add")
    return f"{address}?{'&'.join(f'{name}={value}' for name, value in given.items())}"
