"""Where another billing system decides: selling, signing in, who is in service, what it is told of."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from tests.contracts.house import House
from tests.contracts.paying import elsewhere
from tests.factories import make_account, make_session, make_subscription, make_tariff
from tests.factories.billing import make_balance, make_other_billing
from tests.factories.billing_systems import OTHER, SILENT, ScriptedBilling, billing_at

from headend.billing.models import Entry, OtherBilling, Payment
from headend.billing.ports import Hook
from headend.interfaces import billing_elsewhere_runs as runs
from headend.interfaces.billing_elsewhere import billing_of, may_sign_in, notify_elsewhere
from headend.kernel.actor import system
from headend.kernel.passwords import hash_password
from headend.subscribers import actions
from headend.subscribers.models import Account, Customer, Session, TariffSubscription
from headend.subscribers.rules import Refused, SignInRefusal, SignInRequest

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
ACTOR = system("tests")


def set_up(account: Account, **fields: object) -> ScriptedBilling:
    return billing_at(make_other_billing(operator=account.operator, **fields).url)


# --- selling ---


def test_what_is_sold_there_costs_nothing_here() -> None:
    house = House()
    billing = elsewhere(house, Hook.ASSIGN, {})
    tariff = make_tariff(operator=house.operator, price=50, external_id="T-1")
    assert house.ask("CustomerTariffSubscribe", tariff_id=tariff.pk).error == 0
    assert TariffSubscription.objects.get(tariff=tariff).ends_at is None
    assert not Entry.objects.exists()
    hook, about = billing.asked[-1]
    assert (hook, about["tariff"], about["for_all"]) == (
        Hook.ASSIGN, {"id": tariff.pk, "external_id": "T-1", "name": tariff.name}, True,
    )  # fmt: skip
    assert house.ask("CustomerTariffSubscribe", tariff_id=tariff.pk).error == 3  # our own rules come first
    assert len(billing.asked) == 1
    assert house.ask("CustomerTariffUnsubscribe", tariff_id=tariff.pk).error == 0
    assert billing.asked[-1][0] == Hook.REMOVE


def test_what_somebody_else_bought_meanwhile_is_given_back_there() -> None:
    house = House()
    billing = elsewhere(house, Hook.ASSIGN, {})
    tariff = make_tariff(operator=house.operator, basic_priority=0, price=5)
    billing.then = lambda hook: type(tariff).objects.filter(pk=tariff.pk).update(is_archived=True)
    assert house.ask("CustomerTariffSubscribe", tariff_id=tariff.pk).error == 3
    assert [hook for hook, _ in billing.asked] == [Hook.ASSIGN, Hook.REMOVE]
    assert not TariffSubscription.objects.filter(tariff=tariff).exists()


def test_who_decides_about_whom() -> None:
    account = make_account()
    customer = account.customer
    assert billing_of(customer, Hook.CHECK) is None
    default = make_other_billing(operator=account.operator, hooks=["check_account"])
    own = make_other_billing(operator=account.operator, is_default=False)
    make_other_billing()  # another operator's
    assert billing_of(customer, Hook.CHECK) == default
    assert billing_of(customer, Hook.PAID) is None
    Customer.objects.filter(pk=customer.pk).update(billing_handler=own.pk)
    customer.refresh_from_db()
    assert billing_of(customer, Hook.PAID) == own


# --- signing in and being in service ---


def sign_in(account: Account) -> object:
    Account.objects.filter(pk=account.pk).update(password=hash_password("secret"))
    request = SignInRequest(
        account.operator_id, number=account.number, password="secret", device_uid="aa", address="::1"
    )
    now, key = int(NOW.timestamp()), settings.ENCRYPTION_KEY
    return actions.sign_in(request=request, now=now, sealing_key=key, gatekeeper=may_sign_in)


@pytest.mark.parametrize("hook", [Hook.AUTHORISE, Hook.CHECK])
def test_who_is_refused_there_does_not_sign_in(hook: Hook) -> None:
    account = make_account()
    make_subscription(account=account, tariff=make_tariff(operator=account.operator))
    billing = set_up(account)
    assert not isinstance(sign_in(account), Refused)
    assert [asked for asked, _ in billing.asked] == [Hook.AUTHORISE, Hook.CHECK]
    assert "secret" not in str(billing.asked)
    billing.answers[hook] = OTHER
    refused = sign_in(account)
    assert isinstance(refused, Refused)
    assert refused.reason == SignInRefusal.NO_SESSION  # Login, error 3
    account.refresh_from_db()
    assert (account.is_active, account.status_reason) == (False, "DEBT")
    billing.answers[hook] = {}
    assert not isinstance(sign_in(account), Refused)
    account.refresh_from_db()
    assert (account.is_active, account.status_reason) == (True, "ACTIVE")


def test_silence_takes_nobody_out_of_service() -> None:
    account = make_account()
    set_up(account).answers[Hook.CHECK] = SILENT
    assert not may_sign_in(account.pk, SignInRequest(account.operator_id))
    account.refresh_from_db()
    assert account.is_active


def test_whoever_staff_took_out_of_service_stays_out() -> None:
    account = make_account(is_active=False, status_reason="INACTIVE")
    set_up(account)
    may_sign_in(account.pk, SignInRequest(account.operator_id))
    account.refresh_from_db()
    assert not account.is_active


def test_accounts_that_are_on_are_asked_about_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_CHECKED", 2)
    account = make_account()
    others = [make_account(operator=account.operator) for _ in range(3)]
    for each in (account, *others):
        make_session(account=each)
    Session.objects.filter(account=others[2]).update(last_seen_at=NOW - timedelta(days=2))
    Session.objects.exclude(account=others[2]).update(last_seen_at=NOW)
    billing = set_up(account)
    billing.answers[Hook.CHECK] = OTHER
    changed = [runs.check_online(actor=ACTOR, now=NOW) for _ in range(3)]
    assert changed == [2, 1, 0]
    assert [Account.objects.get(pk=each.pk).is_active for each in (account, *others)] == [False, False, False, True]
    billing.answers[Hook.CHECK] = {}
    assert runs.check_online(actor=ACTOR, now=NOW) + runs.check_online(actor=ACTOR, now=NOW) == 3


@pytest.mark.parametrize("told", [{"result": "deactivated"}, {"result": "prolonged", "until": "2031-02-03"}])
def test_what_else_becomes_of_an_account_while_it_is_asked_about_stays(told: dict[str, object]) -> None:
    account = make_account()
    billing = set_up(account)
    billing.answers[Hook.PROCESS] = told
    billing.then = lambda hook: Account.objects.update(city="Genova", password="another")
    assert runs.process_all(actor=ACTOR) == (1, 0)
    account.refresh_from_db()
    assert (account.city, account.password) == ("Genova", "another")
    assert account.is_active == (told["result"] == "prolonged")


def test_an_account_that_is_deleted_while_it_is_asked_about_is_gone() -> None:
    account = make_account()
    make_session(account=account)
    Session.objects.update(last_seen_at=NOW)
    billing = set_up(account)
    billing.answers |= {Hook.CHECK: OTHER, Hook.PROCESS: {"result": "deactivated"}}
    billing.then = lambda hook: Account.objects.filter(pk=account.pk).delete()
    assert runs.check_online(actor=ACTOR, now=NOW) == 0
    account = make_account(operator=account.operator)
    assert runs.process_all(actor=ACTOR) == (0, 1)
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("told", "is_active", "reason", "until"),
    [
        ({"result": "deactivated", "reason": "BLOCK"}, False, "BLOCK", None),
        ({"result": "checked"}, True, "ACTIVE", None),
        ({"result": "prolonged", "until": "2031-02-03"}, True, "ACTIVE", "2031-02-03"),
        ({"result": "prolonged", "until": "soon"}, True, "ACTIVE", None),
        ({"result": "exploded"}, True, "ACTIVE", None),
    ],
)
def test_what_becomes_of_accounts(told: dict[str, str], is_active: bool, reason: str, until: str | None) -> None:
    account = make_account(status_reason="ACTIVE")
    set_up(account).answers[Hook.PROCESS] = told
    asked, failed = runs.process_all(actor=ACTOR)
    account.refresh_from_db()
    assert asked + failed == 1
    assert (account.is_active, account.status_reason) == (is_active, reason)
    assert str(account.deactivates_on or None) == str(until)


# --- what it is told ---


def test_payments_are_told_until_they_are_taken() -> None:
    account = make_account()
    make_balance(account.customer, 7)
    assert runs.tell_payments(now=NOW) == 0
    billing = set_up(account)
    billing.answers[Hook.PAID] = SILENT
    make_balance(account.customer, 8)
    assert (runs.tell_payments(now=NOW), len(billing.asked)) == (0, 1)
    billing.answers[Hook.PAID] = {}
    assert (runs.tell_payments(now=NOW), runs.tell_payments(now=NOW)) == (2, 0)
    assert [about["payment"]["amount"] for _, about in billing.asked[1:]] == ["7.00", "8.00"]  # type: ignore[index]
    assert Payment.objects.filter(told_at=None).count() == 0


def test_who_is_put_into_service_is_told() -> None:
    account = make_account()
    notify_elsewhere(account, is_active=True)
    billing = set_up(account)
    notify_elsewhere(account, is_active=False)
    assert [hook for hook, _ in billing.asked] == [Hook.DEACTIVATE]
    assert OtherBilling.objects.count() == 1
    assert Decimal(0) == sum(entry.amount for entry in Entry.objects.all())
