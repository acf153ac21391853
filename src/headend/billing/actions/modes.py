"""From one charge an account to one charge a subscription, for good."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from headend.billing.models import Renewal
from headend.billing.queries.renewals import Books, Ledgers, ledgers_of
from headend.billing.rules import ZERO
from headend.kernel.actor import Actor
from headend.kernel.portions import portions
from headend.operators.actions import save_many, save_operator
from headend.operators.models import BillingMode, Operator
from headend.subscribers.models import Account, Customer, TariffSubscription

PORTION = 500  # customers who are read and written at once
_ACCOUNT = ("extends_on", "charge_day", "waits_since")
_RENEWAL = ("paid_until", "anchor_day", "waits_since", "price_override")


@dataclass(slots=True)
class Moved:
    """How many subscriptions renew by themselves now; `free` of them, since nobody was charged for them before."""

    subscriptions: int = 0
    free: int = 0


@transaction.atomic
def charge_by_subscription(*, actor: Actor, operator: Operator, now: datetime) -> Moved:
    """Change an operator from the simple billing mode to that of subscriptions, all or nothing; once.

    What is paid stays paid: a subscription is charged next on the day on which its account would have been. Where no
    account has such a day nobody was charged, and the subscription gets a price of its own, of nothing.
    """
    operator = Operator.objects.select_for_update().get(pk=operator.pk)
    moved = Moved()
    if operator.billing_mode == BillingMode.SUBSCRIPTION:
        return moved
    numbers = list(Customer.objects.of(operator.pk).order_by("pk").values_list("pk", flat=True))
    for portion in portions(numbers, PORTION):
        customers = Customer.objects.select_for_update().filter(pk__in=portion).order_by("pk")
        _move(actor, ledgers_of(operator, list(customers), now), moved)
    operator.billing_mode = BillingMode.SUBSCRIPTION
    save_operator(actor=actor, operator=operator)
    return moved


def _move(actor: Actor, ledgers: Ledgers, moved: Moved) -> None:
    renewals = [renewal for books in ledgers.books.values() for renewal in _renewals(ledgers, books)]
    Renewal.objects.bulk_create([each for each in renewals if each.pk is None], batch_size=500)
    Renewal.objects.bulk_update([each for each in renewals if each.pk is not None], _RENEWAL, batch_size=500)
    accounts = [account for books in ledgers.books.values() for account in books.accounts.values()]
    for account in accounts:
        account.extends_on = account.charge_day = account.waits_since = None
    save_many(actor=actor, objects=accounts, fields=_ACCOUNT)
    moved.subscriptions += len(renewals)
    moved.free += sum(each.price_override == ZERO for each in renewals)


def _renewals(ledgers: Ledgers, books: Books) -> Iterator[Renewal]:
    """What is agreed from now on of each subscription of a household that renews."""
    for held in books.subscriptions.values():
        tariff = ledgers.tariffs[held.tariff_id]
        if tariff.period_months:
            covered = [each for each in books.accounts.values() if held.account_id in (None, each.pk)]
            renewal = _renewal(ledgers, held, covered)
            if renewal.paid_until is None and tariff.price and not any(each.auto_activation_days for each in covered):
                renewal.price_override = ZERO
            yield renewal


def _renewal(ledgers: Ledgers, held: TariffSubscription, covered: list[Account]) -> Renewal:
    renewal: Renewal | None = getattr(held, "renewal", None)
    if renewal is None:
        currency = ledgers.tariffs[held.tariff_id].currency or ledgers.operator.currency
        renewal = Renewal(operator_id=held.operator_id, subscription=held, currency=currency)
    days = {day: each.charge_day for each in covered if (day := _charged_next(each)) is not None}
    if renewal.paid_until is None and days:
        renewal.paid_until = ledgers.midnight(min(days))
        renewal.anchor_day = days[min(days)]
    if any(each.waits_since for each in covered) and not any(each.is_active for each in covered):
        renewal.waits_since = renewal.waits_since or ledgers.now
    return renewal


def _charged_next(account: Account) -> date | None:
    return min((day for day in (account.extends_on, account.deactivates_on) if day is not None), default=None)
