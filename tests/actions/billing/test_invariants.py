"""Whatever is done with money, by however many at once: all entries sum to zero, and each balance is what was moved.

On SQLite one after the other, on servers by eight threads. `HEADEND_LEDGER_OPERATIONS` says how many operations;
600 where nothing is said, for 10,000 take four minutes on PostgreSQL and two cores that others use too.
"""

import contextlib
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Lock, Thread

import pytest
from django.db import OperationalError, connection
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.factories import make_account, make_operator, make_subscription, make_tariff

from headend.billing.actions import (
    buy_tariff,
    charge,
    correct,
    credit,
    leave_tariff,
    refund_payment,
    run_billing,
    write_down_payment,
)
from headend.billing.models import BillingTerms, Entry, Kind, Payment, Renewal, Transaction
from headend.billing.queries import Buyer, balance_of
from headend.catalog.models import Tariff
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import HeadendError
from headend.operators.models import BillingMode, Operator
from headend.subscribers.models import Account

ACTOR = Actor(ActorKind.SYSTEM, "tests")
NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
OPERATIONS = int(os.environ.get("HEADEND_LEDGER_OPERATIONS", "600"))
THREADS = 8
D = Decimal


class Town:
    """Two operators, one of each billing mode and with taxes, with some households who hold and pay and owe."""

    def __init__(self, households: int = 12) -> None:
        self.operators = [make_operator(billing_mode=mode) for mode in BillingMode]
        self.tariffs: dict[int, list[Tariff]] = {}
        for operator in self.operators:
            BillingTerms.objects.create(operator=operator, tax_rate=22)
            made = [make_tariff(operator=operator, price=p, basic_priority=b) for p, b in ((9, 1), (19, 2), (5, 0))]
            self.tariffs[operator.pk] = made
        self.accounts = [self._account(self.operators[n % 2]) for n in range(households)]

    def _account(self, operator: Operator) -> Account:
        day = NOW.date() if operator.billing_mode == BillingMode.SIMPLE else None
        account = make_account(operator=operator, password="", extends_on=day)
        make_subscription(customer=account.customer, tariff=self.tariffs[operator.pk][0], starts_at=NOW)
        return account

    def act(self, dice: random.Random) -> str:
        """Do something at random; says what came of it."""
        account = Account.objects.select_related("customer", "operator").get(pk=dice.choice(self.accounts).pk)
        now = NOW + timedelta(days=dice.randrange(90))
        deeds: list[Callable[[], object]] = [
            lambda: write_down_payment(actor=ACTOR, customer=account.customer, amount=_amount(dice), now=now),
            lambda: charge(actor=ACTOR, customer=account.customer, amount=_amount(dice), kind=Kind.TITLE, now=now),
            lambda: credit(actor=ACTOR, customer=account.customer, amount=_amount(dice), now=now),
            lambda: self._refund(account, dice, now),
            lambda: self._correct(account, dice, now),
            lambda: buy_tariff(actor=ACTOR, buyer=Buyer(account), tariff_id=self._tariff(account, dice), now=now),
            lambda: leave_tariff(actor=ACTOR, buyer=Buyer(account), tariff_id=self._tariff(account, dice), now=now),
            lambda: run_billing(actor=ACTOR, operator=account.operator, now=now),
        ]
        (deed,) = dice.choices(deeds, weights=[6, 3, 1, 1, 1, 2, 1, 1])
        try:
            deed()
        except HeadendError as error:
            return error.code
        except OperationalError as error:  # a server may choose one of two that wait for each other
            if "deadlock" not in str(error).lower():
                raise
            return "deadlock"
        return "done"

    def _tariff(self, account: Account, dice: random.Random) -> int:
        return dice.choice(self.tariffs[account.operator_id]).pk

    def _refund(self, account: Account, dice: random.Random, now: datetime) -> None:
        for payment in Payment.objects.filter(customer=account.customer).order_by("pk")[dice.randrange(5) :][:1]:
            refund_payment(actor=ACTOR, payment=payment, gateway=None, now=now)

    def _correct(self, account: Account, dice: random.Random, now: datetime) -> None:
        entries = Entry.objects.filter(customer=account.customer, transaction__kind=Kind.TITLE).order_by("pk")
        for entry in entries[dice.randrange(5) :][:1]:
            correct(actor=ACTOR, wrong=entry.transaction, now=now)


def _amount(dice: random.Random) -> Decimal:
    return D(dice.randrange(1, 5000)) / 100


def assert_the_books_are_right() -> None:
    """Every transaction sums to zero, and so do all together; exactly, so here and not by an engine's floats."""
    sums: dict[int, Decimal] = defaultdict(lambda: D(0))
    sides = Counter[int]()
    for number, amount in Entry.objects.values_list("transaction", "amount"):
        sums[number] += amount
        sides[number] += 1
    assert set(sums.values()) == {D(0)}
    assert min(sides.values()) > 1
    assert len(sums) == Transaction.objects.count()
    assert not Entry.objects.exclude(currency=F("transaction__currency")).exists()


def assert_no_period_overlaps() -> None:
    """No subscription was charged for a day twice: the periods in the ledger begin after each other."""
    keys = Transaction.objects.filter(external_id__startswith="renewal:").values_list("external_id", flat=True)
    assert max(Counter(keys).values(), default=1) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once() -> None:
    town, outcomes, lock = Town(), Counter[str](), Lock()
    threads = 1 if connection.vendor == "sqlite" else THREADS

    def work(seed: int) -> None:
        dice = random.Random(seed)
        try:
            for _ in range(OPERATIONS // threads):
                outcome = town.act(dice)
                with lock:
                    outcomes[outcome] += 1
        finally:
            connection.close()

    if threads == 1:
        work(1)
    else:
        workers = [Thread(target=work, args=(seed,)) for seed in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert outcomes.total() == OPERATIONS // threads * threads
    assert outcomes["done"] > OPERATIONS / 3
    assert outcomes["deadlock"] < OPERATIONS / 100
    assert_the_books_are_right()
    assert_no_period_overlaps()
    for account in town.accounts:
        moved = sum(Entry.objects.filter(customer=account.customer).values_list("amount", flat=True), D(0))
        assert balance_of(account.customer) == moved


class Billing(RuleBasedStateMachine):
    """Payments, runs, crashes and changes in any order: every day in service is charged once, and none twice."""

    @initialize(mode=st.sampled_from(BillingMode))
    def begin(self, mode: BillingMode) -> None:
        self.operator = make_operator(billing_mode=mode)
        self.tariffs = [make_tariff(operator=self.operator, price=p, basic_priority=1) for p in (10, 20)]
        self.now = NOW
        day = NOW.date() if mode == BillingMode.SIMPLE else None
        self.account = make_account(operator=self.operator, password="", extends_on=day)
        self.held = make_subscription(customer=self.account.customer, tariff=self.tariffs[0], starts_at=NOW)
        self.paid = D(0)

    @rule(amount=st.integers(1, 60))
    def pay(self, amount: int) -> None:
        write_down_payment(actor=ACTOR, customer=self.account.customer, amount=D(amount), now=self.now)
        self.paid += amount

    @rule(days=st.integers(1, 45))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(times=st.integers(1, 2))
    def run(self, times: int) -> None:
        for _ in range(times):
            report = run_billing(actor=ACTOR, operator=self.operator, now=self.now)
            assert not report.failures
        assert run_billing(actor=ACTOR, operator=self.operator, now=self.now).tally.customers == 0

    @rule()
    def crash(self) -> None:
        """The run is killed just before it ends its transaction."""
        before = Transaction.objects.count()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("headend.billing.actions.renewals._write_customers", _killed)
            with contextlib.suppress(KeyboardInterrupt):
                run_billing(actor=ACTOR, operator=self.operator, now=self.now)
        assert Transaction.objects.count() == before

    @rule(price=st.integers(0, 30))
    def reprice(self, price: int) -> None:
        Renewal.objects.filter(subscription__customer=self.account.customer).update(price_override=price or None)

    @rule(is_active=st.booleans())
    def switch(self, is_active: bool) -> None:
        reason = "ACTIVE" if is_active else "BLOCK"
        Account.objects.filter(pk=self.account.pk).update(is_active=is_active, status_reason=reason)

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "account"):
            return
        sold = Transaction.objects.filter(kind=Kind.SUBSCRIPTION, operator=self.operator)
        spent = sum(Entry.objects.filter(transaction__in=sold, book="sales").values_list("amount", flat=True), D(0))
        assert balance_of(self.account.customer) == self.paid - spent >= 0
        periods = [str(key).rsplit(":", 1)[1] for key in sold.values_list("external_id", flat=True)]
        days = sorted(datetime.fromisoformat(day).date() for day in periods)
        assert all((later - earlier).days >= 28 for earlier, later in zip(days, days[1:], strict=False))
        assert all(day <= self.now.date() for day in days)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.django_db(transaction=True)
def test_any_order_of_payments_runs_changes_and_crashes() -> None:
    checks = list(HealthCheck)
    chosen = settings(max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Billing, settings=chosen)
