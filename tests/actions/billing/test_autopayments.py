"""Saved cards that are charged by themselves, and payments that are asked about: once, whatever breaks in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from tests.at_once import at_once
from tests.factories import make_account, make_subscription, make_tariff
from tests.factories.billing import make_balance, make_card, make_merchant
from tests.factories.gateways import ScriptedGateway
from tests.ports.payment_gateways.fake_stripe import KEY as STRIPE_KEY
from tests.ports.payment_gateways.fake_stripe import FakeStripe, fake_stripe

from headend.adapters.payment_gateways.stripe import StripeGateway
from headend.billing.actions import (
    Autopaid,
    Checkout,
    ask_about_payments,
    charge_card,
    forget_card,
    make_autopayments,
    start_payment,
)
from headend.billing.errors import AlreadyPaid, GatewayRefused
from headend.billing.models import Merchant, Payment, Renewal, SavedCard
from headend.billing.queries import balance_of
from headend.interfaces.payments import open_gateway
from headend.kernel.actor import system
from headend.subscribers.models import Account

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
ACTOR, SEALING = system("tests"), settings.ENCRYPTION_KEY
D = Decimal


def household(price: int = 9, due: datetime = NOW + timedelta(hours=12), **options: str) -> tuple[Account, SavedCard]:
    """An account whose tariff falls due, with a card that is charged by itself."""
    account = make_account()
    tariff = make_tariff(operator=account.operator, price=price, period_months=1)
    held = make_subscription(account=account, tariff=tariff)
    Renewal.objects.update_or_create(subscription=held, defaults={"operator": account.operator, "paid_until": due})
    merchant = make_merchant(operator=account.operator, options=options)
    return account, make_card(customer=account.customer, merchant=merchant, for_autopayment=True)


def run(account: Account, now: datetime = NOW, **options: Any) -> Autopaid:
    return make_autopayments(
        actor=ACTOR, operator=account.operator, gateways=open_gateway, now=now, sealing_key=SEALING, **options
    )


def answers(card: SavedCard, **options: str) -> None:
    Merchant.objects.filter(pk=card.merchant_id).update(options=options)


def test_what_the_balance_lacks_is_charged_once() -> None:
    account, _card = household()
    make_balance(account.customer, 2)
    assert run(account) == Autopaid(paid=1)
    assert run(account) == Autopaid()
    assert balance_of(account.customer) == 9
    assert run(account, NOW + timedelta(days=1)) == Autopaid()  # the balance covers it


@pytest.mark.parametrize("due", [timedelta(days=3), timedelta(days=40)])
def test_what_is_not_due_is_not_charged(due: timedelta) -> None:
    account, _card = household(due=NOW + due)
    assert run(account) == Autopaid()


def test_in_the_simple_mode_the_accounts_day_counts() -> None:
    account, _card = household(due=NOW + timedelta(days=90))
    Account.objects.filter(pk=account.pk).update(extends_on=(NOW + timedelta(days=1)).date())
    assert run(account).paid == 1


def test_whoever_is_billed_elsewhere_or_switched_it_off_is_left_alone() -> None:
    for change in ("elsewhere", "off", "disabled"):
        account, card = household()
        if change == "elsewhere":
            type(account.customer).objects.filter(pk=account.customer_id).update(billing_handler=1)
        elif change == "off":
            SavedCard.objects.filter(pk=card.pk).update(for_autopayment=False)
        else:
            Merchant.objects.filter(pk=card.merchant_id).update(is_enabled=False)
        assert run(account) == Autopaid(), change


def test_a_declined_card_is_tried_again_tomorrow() -> None:
    account, card = household(fails="funds")
    assert run(account) == Autopaid(declined=1)
    answers(card)
    assert run(account) == Autopaid()
    assert run(account, NOW + timedelta(days=1)) == Autopaid(paid=1)


@pytest.mark.parametrize("failure", ["declined_for_good", "card_unlinked"])
def test_a_card_that_is_over_is_not_tried_again(failure: str) -> None:
    account, card = household(fails=failure)
    assert run(account) == Autopaid(declined=1)
    assert not SavedCard.objects.get().for_autopayment
    answers(card)
    assert run(account, NOW + timedelta(days=1)) == Autopaid()


def test_what_becomes_of_a_card_while_it_is_charged_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    account, card = household(fails="card_unlinked", fails_at="charge_saved")
    asked = ScriptedGateway.charge_saved

    def slowly(self: ScriptedGateway, *order: Any) -> Any:
        SavedCard.objects.filter(pk=card.pk).update(mask="**** 0005")
        return asked(self, *order)

    monkeypatch.setattr(ScriptedGateway, "charge_saved", slowly)
    run(account)
    card.refresh_from_db()
    assert (card.mask, card.for_autopayment) == ("**** 0005", False)


def test_a_card_that_is_forgotten_while_it_is_charged_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    account, card = household(fails="card_unlinked", fails_at="charge_saved")
    asked = ScriptedGateway.charge_saved

    def slowly(self: ScriptedGateway, *order: Any) -> Any:
        forget_card(actor=ACTOR, card=card, gateway=self, sealing_key=SEALING)
        return asked(self, *order)

    monkeypatch.setattr(ScriptedGateway, "charge_saved", slowly)
    assert run(account) == Autopaid(declined=1)
    assert not SavedCard.objects.exists()


@pytest.mark.parametrize("meanwhile", ["forgotten", "switched off"])
def test_a_card_is_left_alone_whose_turn_comes_too_late(meanwhile: str) -> None:
    account, card = household()

    def opened(merchant: Merchant) -> Any:
        rows = SavedCard.objects.filter(pk=card.pk)
        _ = rows.delete() if meanwhile == "forgotten" else rows.update(for_autopayment=False)
        return open_gateway(merchant)

    done = make_autopayments(actor=ACTOR, operator=account.operator, gateways=opened, now=NOW, sealing_key=SEALING)
    assert done == Autopaid()
    assert not Payment.objects.exists()


def test_a_card_that_is_gone_is_not_charged() -> None:
    account, card = household()
    gateway = open_gateway(card.merchant)
    SavedCard.objects.filter(pk=card.pk).delete()
    with pytest.raises(GatewayRefused, match="forgotten"):
        charge_card(actor=ACTOR, account=account, card=card, gateway=gateway, amount=D(5), now=NOW, sealing_key=SEALING)
    assert not Payment.objects.exists()


def test_another_customers_trouble_holds_nobody_up() -> None:
    account, card = household()
    other = make_account(operator=account.operator)
    subscription = make_subscription(account=other, tariff=account.customer.subscriptions.get().tariff)
    Renewal.objects.update_or_create(
        subscription=subscription, defaults={"operator": account.operator, "paid_until": NOW}
    )
    make_card(customer=other.customer, merchant=card.merchant, for_autopayment=True)
    SavedCard.objects.filter(pk=card.pk).update(sealed_token="sealed elsewhere")
    assert run(account).paid == 1
    assert balance_of(other.customer) == 9


@pytest.mark.django_db(transaction=True)
def test_two_runs_side_by_side_charge_once() -> None:
    account, _card = household()
    outcomes = at_once(*[lambda: run(account, with_pool=True)] * 3)
    # A run that finds the charge of another one under way asks the gateway about it, and may be told first.
    assert sum(outcome.paid for outcome in outcomes) >= 1  # type: ignore[attr-defined]
    assert (balance_of(account.customer), Payment.objects.count()) == (9, 1)


def test_one_thing_is_paid_once() -> None:
    account, card = household()
    what = {"actor": ACTOR, "account": account, "card": card, "gateway": open_gateway(card.merchant), "amount": D(3)}
    charge_card(**what, now=NOW, sealing_key=SEALING, once="the film")
    with pytest.raises(AlreadyPaid):
        charge_card(**what, now=NOW, sealing_key=SEALING, once="the film")


# --- answers that are lost ---


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeStripe]:
    with fake_stripe() as fake:
        monkeypatch.setattr(StripeGateway, "api", fake.url)
        yield fake


def at_stripe(**fields: Any) -> tuple[Account, SavedCard]:
    account, card = household()
    options = {"return_url": "https://tv.example/"}
    merchant = make_merchant(operator=account.operator, gateway="stripe", secret=STRIPE_KEY, options=options)
    SavedCard.objects.all().delete()
    return account, make_card(
        customer=account.customer, merchant=merchant, token="cus_1/pm_1", for_autopayment=True, **fields
    )


def test_a_crash_between_charge_and_note_is_found_out(fake: FakeStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    account, _card = at_stripe()
    with monkeypatch.context() as crash:
        crash.setattr("headend.billing.actions.payments._refer", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(account)
    payment = Payment.objects.get()
    assert (payment.status, payment.reference, len(fake.intents)) == ("pending", "", 1)
    assert run(account) == Autopaid(paid=1)
    assert (len(fake.intents), balance_of(account.customer)) == (1, 9)


@pytest.mark.parametrize("later", [timedelta(minutes=10), timedelta(days=1)])
def test_a_lost_answer_is_asked_for(fake: FakeStripe, later: timedelta) -> None:
    account, _card = at_stripe()
    fake.loses = 9
    assert run(account) == Autopaid(unanswered=1)
    fake.loses = 0
    done = ask(NOW + later)
    assert (done.asked, done.paid) == (1, 1)
    assert run(account, NOW + later).paid == 0
    assert (len(fake.intents), balance_of(account.customer)) == (1, 9)


def test_a_device_that_pays_while_the_gateway_is_away(fake: FakeStripe) -> None:
    account, card = at_stripe()
    fake.is_down = True
    with pytest.raises(GatewayRefused):
        charge_card(
            actor=ACTOR, account=account, card=card, gateway=open_gateway(card.merchant), amount=D(5), now=NOW,
            sealing_key=SEALING,
        )  # fmt: skip
    assert Payment.objects.get().status == "pending"
    assert ask(NOW + timedelta(minutes=10)).unanswered == 1
    fake.is_down = False
    assert ask(NOW + timedelta(minutes=20)).paid == 0  # it had never heard of it
    assert Payment.objects.get().status == "pending"
    assert ask(NOW + timedelta(days=2)).failed == 1
    assert (Payment.objects.get().status, balance_of(account.customer)) == ("failed", 0)


# --- asking about what waits ---


def ask(now: datetime = NOW + timedelta(hours=1), **options: Any) -> Any:
    given = {"give_up_after": timedelta(hours=25)} | options
    return ask_about_payments(actor=ACTOR, gateways=open_gateway, now=now, sealing_key=SEALING, **given)


def begin(gateway: str = "scripted", **options: str) -> Payment:
    account = make_account()
    merchant = make_merchant(operator=account.operator, gateway=gateway, options=options)
    return start_payment(
        actor=ACTOR,
        account=account,
        merchant=merchant,
        gateway=open_gateway(merchant),
        checkout=Checkout(amount=D(10)),
        now=NOW,
    )[0]


def test_what_waits_is_asked_about() -> None:
    begin(state="paid"), begin(state="failed"), begin(state="pending"), begin("manual")
    assert ask(NOW).asked == 0  # the payers are still on the page
    done = ask()
    assert (done.asked, done.paid, done.failed, done.unanswered) == (3, 1, 1, 0)
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["failed", "paid", "pending", "pending"]
    assert ask().asked == 1


def test_what_nobody_pays_has_failed_but_what_staff_wait_for_has_not() -> None:
    begin(state="pending"), begin("manual")
    done = ask(NOW + timedelta(days=2))
    assert (done.asked, done.failed) == (1, 1)
    assert Payment.objects.get(merchant__gateway="manual").status == "pending"


def test_a_gateway_that_is_away_is_left_alone() -> None:
    first = begin(fails="network", fails_at="state_of")
    start_payment(
        actor=ACTOR, account=first.account, merchant=first.merchant, gateway=open_gateway(first.merchant),
        checkout=Checkout(amount=D(4)), now=NOW,
    )  # fmt: skip
    begin(state="paid")
    ScriptedGateway.told.clear()
    done = ask()
    assert (done.paid, done.unanswered) == (1, 1)
    assert [told[0] for told in ScriptedGateway.told].count("state_of") == 2


def test_the_commands_do_the_same() -> None:
    account, _card = household(due=datetime.now(UTC))
    told = StringIO()
    call_command("make_autopayments", use_pool=False, client_id=account.operator_id, stdout=told)
    assert "1 paid, 0 declined, 0 unanswered" in told.getvalue()
    begin(state="paid")
    Payment.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=10))
    call_command("check_payment_status", timeout_minutes=30, stdout=told)
    assert "1 asked: 1 paid, 0 failed, 0 without an answer" in told.getvalue()
    with pytest.raises(CommandError):
        call_command("check_payment_status", timeout_minutes=0)
