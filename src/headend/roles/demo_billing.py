"""The demonstration's money: a quarter of payments and charges, promo codes, and a way to pay at the desk."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from headend.billing.actions import (
    Checkout,
    activate_promo,
    charge,
    correct,
    fail_payment,
    refund_payment,
    run_billing,
    start_payment,
    write_down_payment,
)
from headend.billing.models import BillingTerms, CommissionRule, Kind, Merchant, PromoCode, Renewal
from headend.billing.ports import Failure
from headend.billing.queries import Buyer, currency_of, held_by, midnight_of, offer_of, today_of
from headend.billing.rules import Basis, Calendar
from headend.catalog.models import Tariff
from headend.interfaces.payments import open_gateway
from headend.kernel.actor import system
from headend.operators.actions import save
from headend.operators.models import Dealer, Operator
from headend.subscribers.models import Account

ACTOR = system("demo")
MONTHS = 3
_MONTH = timedelta(days=30)


def add_billing(operator: Operator, accounts: list[Account], tariffs: dict[str, Tariff], now: datetime) -> None:
    """Let customers have paid and been charged for some months, each a little differently; the same every time."""
    merchant = Merchant(
        operator=operator,
        gateway="manual",
        name="At the desk",
        is_default=True,
        options={"url": f"{operator.site_url}pay", "text": "At our desk in Via Caldera, or by bank transfer."},
    )
    save(actor=ACTOR, obj=merchant)
    save(actor=ACTOR, obj=BillingTerms(operator=operator, promised_days=5, promised_most=Decimal(30)))
    _add_promos(operator, tariffs, now)
    _add_commissions(operator)
    chance = Random("money of the demonstration")  # noqa: S311 - it shall be the same every time
    for place, account in enumerate(accounts):
        _add_history(account, chance.randint(0, 27), now, owes=place in (30, 31, 32))
    _add_oddities(accounts, merchant, now)
    run_billing(actor=ACTOR, operator=operator, now=now)


def _add_commissions(operator: Operator) -> None:
    terms = ((Basis.PAYMENTS, Decimal(10)), (Basis.CHARGES, Decimal(15)))
    for dealer, (basis, percent) in zip(Dealer.objects.of(operator.pk).order_by("pk"), terms, strict=False):
        rule = CommissionRule(operator=operator, dealer=dealer, basis=basis.value, percent=percent)
        save(actor=ACTOR, obj=rule)


def _add_promos(operator: Operator, tariffs: dict[str, Tariff], now: datetime) -> None:
    today = now.date()
    money = PromoCode(operator=operator, code="WELCOME", amount=Decimal(5), activation_count=0, comment="New homes")
    half = PromoCode(operator=operator, code="HALF-FILM", discount=Decimal(50), activation_count=100)
    half.valid_from, half.valid_until = today - timedelta(days=10), today + timedelta(days=80)
    summer = PromoCode(operator=operator, code="SUMMER", activation_count=1, comment="A month of sport")
    summer.valid_until = today - timedelta(days=40)
    links: tuple[tuple[PromoCode, dict[str, str]], ...] = (
        (money, {}),
        (half, {"tariffs": "film"}),
        (summer, {"free_tariffs": "sport"}),
    )
    for promo, given in links:
        own = {name: [tariffs[word]] for name, word in given.items() if word in tariffs}
        save(actor=ACTOR, obj=promo, links=own)


def _add_history(account: Account, days: int, now: datetime, *, owes: bool) -> None:
    """Each month a payment and then a charge of all that is held; whoever owes has not paid lately."""
    buyer = Buyer(account)
    held = [each for each in held_by(buyer, now) if each.tariff.price and each.tariff.period_months]
    cost = sum((each.tariff.price for each in held), Decimal(0))
    if not cost:
        return
    # Before money comes in, which would at once be charged for what nobody has paid.
    begun = today_of(buyer.operator, now - _MONTH + timedelta(days=days))
    for each in held:
        until = Calendar(begun).paid_until(offer_of(each.tariff))
        Renewal.objects.create(
            operator=buyer.operator,
            subscription=each,
            currency=currency_of(buyer.customer),
            paid_until=midnight_of(buyer.operator, until) if until else None,
        )
    for month in range(MONTHS, 1 if owes else 0, -1):
        at = now - _MONTH * month + timedelta(days=days)
        write_down_payment(actor=ACTOR, customer=account.customer, amount=cost, now=at, comment="Bank transfer")
        names = ", ".join(str(each.tariff) for each in held)
        at += timedelta(hours=6)
        charge(actor=ACTOR, customer=account.customer, amount=cost, kind=Kind.SUBSCRIPTION, now=at, comment=names)


def _add_oddities(accounts: list[Account], merchant: Merchant, now: datetime) -> None:
    """What staff should see once: a payment that waits, one that failed, a refund, a correction, a promo code."""
    gateway = open_gateway(merchant)
    for place, amount in ((0, "25.00"), (4, "9.99"), (7, "40.00")):
        payment, _ = start_payment(
            actor=ACTOR,
            account=accounts[place],
            merchant=merchant,
            gateway=gateway,
            checkout=Checkout(amount=Decimal(amount)),
            now=now - timedelta(hours=place + 1),
        )
        if place == 7:
            fail_payment(actor=ACTOR, payment=payment, failure=Failure.UNKNOWN)
    twice = write_down_payment(
        actor=ACTOR, customer=accounts[5].customer, amount=Decimal(30), now=now - timedelta(days=3), comment="Desk"
    )
    refund_payment(actor=ACTOR, payment=twice, gateway=None, now=now - timedelta(days=2), comment="Paid twice")
    activate_promo(actor=ACTOR, account=accounts[1], code="WELCOME", now=now - timedelta(days=1))
    activate_promo(actor=ACTOR, account=accounts[2], code="HALF-FILM", now=now - timedelta(days=1))
    write_down_payment(
        actor=ACTOR, customer=accounts[0].customer, amount=Decimal(20), now=now - timedelta(days=2), comment="Desk"
    )
    film = charge(
        actor=ACTOR,
        customer=accounts[0].customer,
        amount=Decimal("3.99"),
        kind=Kind.TITLE,
        now=now - timedelta(days=1),
        comment="A film",
    )
    correct(actor=ACTOR, wrong=film, now=now, comment="The film did not play")
