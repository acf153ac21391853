"""What dealers earn: with the money it is counted from, and back with it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db.models import Sum
from tests.factories.billing import make_balance
from tests.factories.operators import make_dealer, make_operator
from tests.factories.subscribers import make_customer

from headend.billing.actions import charge, correct, pay_dealer, post_external, refund_payment, write_down_payment
from headend.billing.errors import BadAmount, NotEnoughBalance
from headend.billing.models import Book, CommissionRule, Entry, Kind, Transaction
from headend.billing.queries import balance_of, dealer_figures, owed_to
from headend.kernel.actor import system
from headend.operators.models import Dealer
from headend.subscribers.models import Customer

pytestmark = pytest.mark.django_db
ACTOR = system("tests")
NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)


def brought_in(basis: str, **rule: object) -> tuple[Dealer, Customer]:
    dealer = make_dealer(operator=make_operator())
    CommissionRule.objects.create(operator=dealer.operator, dealer=dealer, basis=basis, **rule)
    return dealer, make_customer(operator=dealer.operator, dealer=dealer)


def sold(customer: Customer, amount: int, kind: Kind = Kind.SUBSCRIPTION) -> Transaction:
    return charge(actor=ACTOR, customer=customer, amount=Decimal(amount), kind=kind, now=NOW)


def is_balanced() -> bool:
    sums = Entry.objects.values("transaction").annotate(total=Sum("amount")).values_list("total", flat=True)
    return not any(sums.order_by())


def test_a_share_of_what_is_paid_and_its_part_of_a_refund() -> None:
    dealer, customer = brought_in("payments", percent=10)
    payment = write_down_payment(actor=ACTOR, customer=customer, amount=Decimal(50), now=NOW)
    assert (owed_to(dealer), balance_of(customer)) == (5, 50)
    CommissionRule.objects.update(percent=90)
    Customer.objects.update(dealer=make_dealer(operator=dealer.operator))  # it goes back by whom it was earned
    payment.refresh_from_db()
    refund_payment(actor=ACTOR, payment=payment, gateway=None, now=NOW, amount=Decimal(20))
    assert (owed_to(dealer), balance_of(customer)) == (3, 30)
    assert is_balanced()


def test_a_correction_takes_it_back() -> None:
    dealer, customer = brought_in("payments", percent=10)
    posted = post_external(
        actor=ACTOR, customer=customer, amount=Decimal(50), external_id="T", now=NOW, kind=Kind.PAYMENT
    )
    assert owed_to(dealer) == 5
    undone = correct(actor=ACTOR, wrong=posted, now=NOW)
    assert (owed_to(dealer), balance_of(customer)) == (0, 0)
    assert undone.entries.get(book=Book.DEALERS).dealer == dealer
    assert is_balanced()


def test_what_was_posted_without_a_rule_earns_nothing_when_it_is_corrected() -> None:
    dealer, customer = brought_in("payments", percent=10, is_enabled=False)
    posted = make_balance(customer, 50).transaction
    CommissionRule.objects.update(is_enabled=True)
    assert posted is not None
    correct(actor=ACTOR, wrong=posted, now=NOW)
    assert owed_to(dealer) == 0


def test_a_share_of_what_is_charged() -> None:
    dealer, customer = brought_in("charges", percent=20)
    make_balance(customer, 100)
    assert owed_to(dealer) == 0
    sold(customer, 30)
    sold(customer, 5, Kind.TITLE)
    assert owed_to(dealer) == 7


def test_a_fixed_amount_once_for_each_customer() -> None:
    dealer, customer = brought_in("activations", amount=4)
    other = make_customer(operator=dealer.operator, dealer=dealer)
    for each in (customer, other, make_customer(operator=dealer.operator)):
        make_balance(each, 100)
        sold(each, 3, Kind.TITLE)
        sold(each, 30)
        sold(each, 30)
    assert owed_to(dealer) == 8
    assert is_balanced()


def test_nobody_is_paid_more_than_is_owed() -> None:
    dealer, customer = brought_in("payments", percent=10)
    with pytest.raises(BadAmount):
        pay_dealer(actor=ACTOR, dealer=dealer, now=NOW)
    write_down_payment(actor=ACTOR, customer=customer, amount=Decimal(50), now=NOW)
    with pytest.raises(NotEnoughBalance):
        pay_dealer(actor=ACTOR, dealer=dealer, amount=Decimal(6), now=NOW)
    pay_dealer(actor=ACTOR, dealer=dealer, amount=Decimal(2), now=NOW)
    pay_dealer(actor=ACTOR, dealer=dealer, now=NOW)
    assert owed_to(dealer) == 0
    assert is_balanced()
    [figures] = dealer_figures(dealer.operator, [dealer], NOW, NOW.replace(day=16))
    assert (figures.customers, figures.payments, figures.commission, figures.paid_out) == (1, 50, 5, 5)
