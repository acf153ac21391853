"""The ledger: whatever happens, every transaction and all of them together sum to zero, and nothing is changed."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.at_once import at_once
from tests.factories import make_customer, make_operator
from tests.factories.billing import make_balance

from headend.billing.actions import charge, correct, credit, refund_payment, write_down_payment
from headend.billing.actions.ledger import Movement, post
from headend.billing.errors import (
    AlreadyPosted,
    BadAmount,
    Immutable,
    NotEnoughBalance,
    OverRefunded,
    Unbalanced,
)
from headend.billing.models import Book, Entry, Kind, Payment, Transaction
from headend.billing.queries import balance_of, entries_of
from headend.kernel.actor import Actor, ActorKind
from headend.operators.models import AuditEntry, Change, Operator
from headend.subscribers.actions import delete_customer
from headend.subscribers.models import Customer

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.STAFF, "ada", id=5, address="192.0.2.5")
NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
D = Decimal


def sums() -> dict[str, Decimal]:
    """What the books add up to."""
    found = Entry.objects.values_list("book").annotate(total=Sum("amount"))
    return {book: total for book, total in found.order_by("book")}


def assert_balanced() -> None:
    for posted in Transaction.objects.all():
        entries = list(posted.entries.all())
        assert sum((entry.amount for entry in entries), D(0)) == 0
        assert {entry.currency for entry in entries} == {posted.currency}
    assert sum(sums().values(), D(0)) == 0


def take(customer: Customer, amount: str, **fields: Any) -> Transaction:
    return charge(actor=ACTOR, customer=customer, amount=D(amount), kind=Kind.SUBSCRIPTION, now=NOW, **fields)


def test_money_comes_goes_and_is_given() -> None:
    customer = make_customer()
    payment = write_down_payment(actor=ACTOR, customer=customer, amount=D("20"), now=NOW, comment="at the desk")
    take(customer, "9.99", comment="Basic")
    credit(actor=ACTOR, customer=customer, amount=D("1.5"), now=NOW)
    assert balance_of(customer) == D("11.51")
    assert sums() == {"customers": D("11.51"), "money": D(-20), "sales": D("9.99"), "gifts": D("-1.5")}
    assert [(e.amount, e.transaction.kind) for e in entries_of(customer)] == [
        (D("1.5"), "promo"),
        (D("-9.99"), "subscription"),
        (D(20), "payment"),
    ]
    assert (payment.status, payment.paid_at, payment.transaction.comment) == ("paid", NOW, "at the desk")
    assert_balanced()


def test_each_transaction_has_its_audit_entry() -> None:
    customer = make_customer()
    make_balance(customer, 10)
    AuditEntry.objects.all().delete()
    posted = take(customer, "4")
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.entity, entry.object_id) == ("add", "billing.transaction", posted.pk)
    moved = {"customers": "-4.00", "sales": "4.00", "currency": "EUR"}
    assert entry.changes == {"kind": "subscription", **moved, "customer": customer.pk}
    assert Change.objects.filter(entity="billing.transaction", object_id=posted.pk).exists()


def test_balances_are_apart() -> None:
    operator = make_operator(currency="EUR")
    rich, poor = make_customer(operator=operator), make_customer(operator=operator)
    make_balance(rich, 10)
    assert (balance_of(rich), balance_of(poor)) == (D(10), D(0))
    with pytest.raises(NotEnoughBalance):
        take(poor, "1")
    assert Transaction.objects.count() == 1


def test_a_balance_is_of_one_currency() -> None:
    customer = make_customer()
    make_balance(customer, 10)
    Customer.objects.filter(pk=customer.pk).update(currency="JPY")
    customer.refresh_from_db()
    assert balance_of(customer) == 0
    make_balance(customer, 500)
    assert balance_of(customer) == D(500)


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "1E+20"])
def test_wrong_amounts_come_nowhere(amount: str) -> None:
    customer = make_customer()
    with pytest.raises(BadAmount):
        write_down_payment(actor=ACTOR, customer=customer, amount=D(amount), now=NOW)
    assert not Payment.objects.exists()


def test_what_does_not_balance_is_not_posted() -> None:
    customer = make_customer()
    movement = Movement(kind=Kind.PAYMENT, currency="EUR", at=NOW)
    for amounts in ({}, {Book.CUSTOMERS: D(1)}, {Book.CUSTOMERS: D(1), Book.MONEY: D("-0.9")}):
        with pytest.raises(Unbalanced):
            post(actor=ACTOR, operator_id=customer.operator_id, movement=movement, customer=customer, amounts=amounts)
    assert not Transaction.objects.exists()


def test_nothing_is_changed_or_deleted() -> None:
    make_balance(make_customer(), 10)
    for record in (*Entry.objects.all(), *Transaction.objects.all()):
        with pytest.raises(Immutable):
            record.save()
        with pytest.raises(Immutable):
            record.delete()
    for model in (Entry, Transaction):
        with pytest.raises(Immutable):
            model.objects.update(currency="USD")
        with pytest.raises(Immutable):
            model.objects.filter(pk__gt=0).delete()
        with pytest.raises(Immutable):
            model.objects.bulk_update(model.objects.all(), ["currency"])
    assert_balanced()


def test_corrections_are_new_entries() -> None:
    customer = make_customer()
    make_balance(customer, 10)
    wrong = take(customer, "4")
    undone = correct(actor=ACTOR, wrong=wrong, now=NOW, comment="charged twice")
    assert (undone.corrects, undone.kind, balance_of(customer)) == (wrong, "correction", D(10))
    with pytest.raises(AlreadyPosted):
        correct(actor=ACTOR, wrong=wrong, now=NOW)
    assert_balanced()


def test_another_systems_number_is_posted_once() -> None:
    customer = make_customer()
    make_balance(customer, 10)
    take(customer, "1", external_id="A-1")
    with pytest.raises(AlreadyPosted):
        take(customer, "1", external_id="A-1")
    other = make_customer()
    make_balance(other, 10)
    take(other, "1", external_id="A-1")
    assert (balance_of(customer), balance_of(other)) == (D(9), D(9))


def test_a_customer_who_goes_leaves_the_amounts() -> None:
    customer = make_customer()
    make_balance(customer, 10)
    delete_customer(actor=ACTOR, customer=customer)
    assert [(e.amount, e.customer) for e in Entry.objects.order_by("-amount")] == [(D(10), None), (D(-10), None)]
    assert_balanced()


def test_an_operator_goes_with_its_ledger() -> None:
    customer = make_customer()
    payment = make_balance(customer, 10)
    refund_payment(actor=ACTOR, payment=payment, gateway=None, now=NOW)
    Operator.objects.filter(pk=customer.operator_id).delete()
    assert not Entry.objects.exists()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "charge", "credit", "refund", "correct"]),
        st.integers(0, 2),
        st.decimals(min_value=D("0.01"), max_value=D("999.99"), places=2),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_everything_always_sums_to_zero(steps: list[tuple[str, int, Decimal]]) -> None:
    point = transaction.savepoint()
    operator = make_operator()
    customers = [make_customer(operator=operator) for _ in range(3)]
    expected = [D(0)] * 3
    for step, place, amount in steps:
        expected[place] += apply(step, customers[place], amount)
    assert [balance_of(customer) for customer in customers] == expected
    assert_balanced()
    transaction.savepoint_rollback(point)


def apply(step: str, customer: Customer, amount: Decimal) -> Decimal:
    """Do one step and say by how much the balance should have moved."""
    if step == "pay":
        write_down_payment(actor=ACTOR, customer=customer, amount=amount, now=NOW)
        return amount
    if step == "credit":
        credit(actor=ACTOR, customer=customer, amount=amount, now=NOW)
        return amount
    if step == "charge":
        try:
            take(customer, str(amount))
        except NotEnoughBalance:
            return D(0)
        return -amount
    if step == "refund":
        payment = Payment.objects.filter(customer=customer).first()
        try:
            if payment is not None:
                refund_payment(actor=ACTOR, payment=payment, gateway=None, now=NOW, amount=amount)
                return -amount
        except OverRefunded:
            pass
        return D(0)
    sale = Transaction.objects.filter(entries__customer=customer, kind=Kind.SUBSCRIPTION, corrections=None).first()
    if sale is None:
        return D(0)
    moved = sale.entries.get(book=Book.CUSTOMERS).amount
    correct(actor=ACTOR, wrong=sale, now=NOW)
    return D(-moved)


@pytest.mark.django_db(transaction=True)
def test_charges_at_once_do_not_spend_what_is_not_there() -> None:
    customer = make_customer()
    make_balance(customer, 10)
    outcomes = at_once(*[lambda: take(customer, "4")] * 4)
    assert sum(isinstance(each, NotEnoughBalance) for each in outcomes) == 2
    assert balance_of(customer) == D(2)
