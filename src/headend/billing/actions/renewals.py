"""What is due is done: `billing.rules.renewals` decides, here it is written, under the lock of the customers' rows.

Customers are taken in portions, each one transaction: a run that breaks off has dealt with whole customers only, and
the next one finds the rest. A charge has the same `external_id` in every run, so that no period is charged twice.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from headend.billing.actions.ledger import Movement, Posting, post_many, sale_of
from headend.billing.models import Kind, PromisedPayment, Renewal, Transaction
from headend.billing.queries import billing_terms
from headend.billing.queries.renewals import Books, Ledgers, ledgers_of
from headend.billing.rules import ZERO
from headend.billing.rules.renewals import Charge, Line, Outcome, Verdict, decide
from headend.kernel.actor import Actor
from headend.operators.actions import record_many, save, save_many
from headend.operators.models import Operator
from headend.subscribers.actions import unsubscribe
from headend.subscribers.models import Account, Customer, TariffSubscription


@dataclass
class Tally:
    """What came of some customers: how many there were, how often each outcome came about, and what was charged."""

    customers: int = 0
    counts: Counter[Outcome] = field(default_factory=Counter)
    charged: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def add(self, other: "Tally") -> None:
        self.customers += other.customers
        self.counts += other.counts
        for currency, amount in other.charged.items():
            self.charged[currency] += amount


@dataclass(frozen=True)
class _Done:
    """A customer's books and what was decided on them."""

    books: Books
    verdict: Verdict


@transaction.atomic
def renew(
    *, actor: Actor, operator: Operator, customers: Collection[int], now: datetime, after_payment: bool = False
) -> Tally:
    """Do what is due for some customers of one operator, all or nothing; customers billed elsewhere are left alone.

    `after_payment`: accounts that are out of service may come back. Raises OtherCurrency.
    """
    own = Customer.objects.of(operator.pk).filter(billing_handler=None, pk__in=customers)
    ledgers = ledgers_of(operator, list(own.select_for_update().order_by("pk")), now)
    decided = _decide(ledgers, after_payment=after_payment)
    _post(actor, ledgers, decided)
    _write_lines(actor, ledgers, decided)
    _write_accounts(actor, ledgers, decided)
    _write_customers(actor, decided, now)
    return _tally(decided)


def preview(*, operator: Operator, customers: Collection[int], now: datetime) -> Tally:
    """What `renew` would do, without doing it."""
    own = Customer.objects.of(operator.pk).filter(billing_handler=None, pk__in=customers)
    return _tally(_decide(ledgers_of(operator, list(own), now), after_payment=False))


def revive(*, actor: Actor, customer: Customer, now: datetime) -> Tally:
    """After money came in: charge what waits, and put accounts back into service that are out of it."""
    if not billing_terms(customer.operator_id).is_run:
        return Tally()
    return renew(actor=actor, operator=customer.operator, customers=[customer.pk], now=now, after_payment=True)


def _decide(ledgers: Ledgers, *, after_payment: bool) -> list[_Done]:
    decided = (
        _Done(books, decide(ledgers.household(books), after_payment=after_payment)) for books in ledgers.books.values()
    )
    return [done for done in decided if not done.verdict.is_empty]


def _tally(decided: Iterable[_Done]) -> Tally:
    tally = Tally()
    for done in decided:
        tally.customers += 1
        tally.counts += done.verdict.counts
        for charge in done.verdict.charges:
            tally.charged[done.books.currency] += charge.bill.total
    return tally


# --- money ---


def _post(actor: Actor, ledgers: Ledgers, decided: list[_Done]) -> None:
    charges = [(done, charge) for done in decided for charge in done.verdict.charges]
    keys = [charge.key for _, charge in charges]
    # Without an order: SQLite would rather read all transactions of the operator in theirs.
    known = Transaction.objects.of(ledgers.operator.pk).filter(external_id__in=keys).order_by()
    posted = set(known.values_list("external_id", flat=True)) if keys else set()
    postings = [_posting(done, charge, ledgers.now) for done, charge in charges if charge.key not in posted]
    if postings:
        post_many(actor=actor, operator_id=ledgers.operator.pk, postings=postings)


def _posting(done: _Done, charge: Charge, now: datetime) -> Posting:
    movement = Movement(
        kind=Kind.SUBSCRIPTION,
        currency=done.books.currency,
        at=now,
        comment=", ".join(charge.names),
        external_id=charge.key,
    )
    return Posting(movement, done.books.customer, sale_of(charge.bill))


# --- subscriptions ---


def _write_lines(actor: Actor, ledgers: Ledgers, decided: list[_Done]) -> None:
    lines = [(done.books.subscriptions[n], line) for done in decided for n, line in done.verdict.lines.items()]
    fresh, known, moved = [], defaultdict(list), []
    for before, line in lines:
        held = _successor(actor, ledgers, before, line) if line.changed_on else before
        renewal = getattr(held, "renewal", None) or _new_renewal(held, line)
        if line.is_cut != renewal.is_cut:
            _cut_or_join(ledgers, held, renewal, line)
            moved.append(held)
        _renewed(ledgers, renewal, line)
        if renewal.pk is None:
            fresh.append(renewal)
        else:
            known[_state(renewal)].append(renewal.pk)
    Renewal.objects.bulk_create(fresh, batch_size=1000)
    for state, numbers in known.items():
        Renewal.objects.filter(pk__in=numbers).update(**dict(zip(_STATE, state, strict=True)))
    save_many(actor=actor, objects=moved, fields=["ends_at"])


_STATE = ("paid_until", "anchor_day", "waits_since", "is_cut", "kept_end")


def _state(renewal: Renewal) -> tuple[object, ...]:
    """What a run changes of a renewal: many end alike, and are written together."""
    return tuple(getattr(renewal, name) for name in _STATE)


def _new_renewal(held: TariffSubscription, line: Line) -> Renewal:
    return Renewal(operator_id=held.operator_id, subscription=held, currency=line.product.currency)


def _cut_or_join(ledgers: Ledgers, held: TariffSubscription, renewal: Renewal, line: Line) -> None:
    """End a subscription for want of money and keep its agreed end in mind, or give it that back."""
    if line.is_cut:
        renewal.kept_end, held.ends_at = held.ends_at, ledgers.midnight(line.paid_until)
    else:
        renewal.kept_end, held.ends_at = None, renewal.kept_end


def _renewed(ledgers: Ledgers, renewal: Renewal, line: Line) -> None:
    renewal.paid_until = ledgers.midnight(line.paid_until)
    renewal.anchor_day = line.charge_day
    renewal.waits_since = (renewal.waits_since or ledgers.now) if line.waits else None
    renewal.is_cut = line.is_cut


def _successor(actor: Actor, ledgers: Ledgers, held: TariffSubscription, line: Line) -> TariffSubscription:
    """End a subscription on the day on which another tariff took its place, and begin that one's."""
    at = ledgers.midnight(line.changed_on) or ledgers.now
    after = TariffSubscription(
        operator_id=held.operator_id,
        customer_id=held.customer_id,
        account_id=held.account_id,
        tariff_id=line.product.tariff_id,
        starts_at=at,
        ends_at=held.ends_at,
    )
    unsubscribe(actor=actor, subscription=held, ends_at=at)
    save(actor=actor, obj=after)
    return after


# --- accounts and customers ---


_DATES = ("deactivates_on", "extends_on", "charge_day", "waits_since")
_ACCOUNT = ("is_active", "status_reason", *_DATES)


def _write_accounts(actor: Actor, ledgers: Ledgers, decided: list[_Done]) -> None:
    """Write what changed of accounts; on one day many change alike, and are written together."""
    alike, changed = defaultdict(list), []
    for done in decided:
        for number, service in done.verdict.services.items():
            account = done.books.accounts[number]
            waits_since = (account.waits_since or ledgers.today) if service.waits else None
            after = (service.is_active, service.reason, *(getattr(service, name) for name in _DATES[:-1]), waits_since)
            alike[after].append(number)
            changed.append((account, _changes(account, after)))
    for after, numbers in alike.items():
        Account.objects.filter(pk__in=numbers).update(**dict(zip(_ACCOUNT, after, strict=True)))
    record_many(actor, "change", changed)


def _changes(account: Account, after: Iterable[Any]) -> dict[str, list[Any]]:
    before = ((name, getattr(account, name), new) for name, new in zip(_ACCOUNT, after, strict=True))
    return {name: [_plain(old), _plain(new)] for name, old, new in before if old != new}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _write_customers(actor: Actor, decided: list[_Done], now: datetime) -> None:
    tried = [done.books.customer for done in decided if done.verdict.trial_ends]
    for customer in tried:
        customer.is_trial = False
    save_many(actor=actor, objects=tried, fields=["is_trial"])
    save_many(actor=actor, objects=list(_ended(decided, now)), fields=["ended_at", "is_kept"])


def _ended(decided: list[_Done], now: datetime) -> Iterator[PromisedPayment]:
    for done in decided:
        promise = done.books.promise
        if done.verdict.promise_ends and promise is not None:
            promise.ended_at, promise.is_kept = now, done.books.balance >= ZERO
            yield promise
