"""Devices that were not let in: whose account it was is told, counted once for each reason, and forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import PASSWORD, make_account, make_customer, make_operator, make_subscription

from headend.kernel.sealing import new_key
from headend.subscribers.actions import (
    check_password,
    forget_refused_sign_ins,
    remember_refused_sign_ins,
    sign_in,
    sign_in_together,
)
from headend.subscribers.models import Account, AccountRefusal
from headend.subscribers.rules import Refused, RefusedSignIn, SignInRefusal, SignInRequest

NOW = 1_800_000_000  # 2027-01-15 08:00 UTC
KEY = new_key()

pytestmark = pytest.mark.django_db


def ask(account: Account, **sent: object) -> Refused:
    """What a device is refused with, alone and among others."""
    given = {"number": account.number, "password": PASSWORD, "device_uid": "box", "address": "198.51.100.7"}
    request = SignInRequest(account.operator_id, **given | sent)  # type: ignore[arg-type]
    alone = sign_in(request=request, now=NOW, sealing_key=KEY)
    (together,) = sign_in_together(requests=[request], now=NOW, sealing_key=KEY)
    assert alone == together
    assert isinstance(alone, Refused)
    return alone


def line(account: Account, **fields: object) -> RefusedSignIn:
    made = RefusedSignIn(account.pk, SignInRefusal.WRONG_PASSWORD, "box", "198.51.100.7", NOW)
    return made._replace(**fields)  # type: ignore[arg-type]


def test_a_refusal_says_whose_account_it_was() -> None:
    account, other = make_account(), make_account()
    assert ask(account, password="wrong") == Refused(SignInRefusal.WRONG_PASSWORD, account_id=account.pk)
    assert ask(account, password="") == Refused(SignInRefusal.PASSWORD_NEEDED, account_id=account.pk)
    assert ask(account) == Refused(SignInRefusal.NO_TARIFF, account_id=account.pk)
    Account.objects.filter(pk=other.pk).update(is_active=False)
    make_subscription(account=other)
    assert ask(other) == Refused(SignInRefusal.INACTIVE, account_id=other.pk)
    assert ask(account, number=account.number + 77) == Refused(SignInRefusal.NO_ACCOUNT)


def test_nobody_learns_of_another_operators_accounts() -> None:
    account, stranger = make_account(), make_operator()
    request = SignInRequest(stranger.pk, number=account.number, password="wrong", address="")
    assert sign_in(request=request, now=NOW, sealing_key=KEY) == Refused(SignInRefusal.NO_ACCOUNT)
    assert check_password(operator_id=stranger.pk, number=account.number, password=PASSWORD) is None


def test_a_reason_is_one_line_however_often_somebody_guesses() -> None:
    account = make_account()
    remember_refused_sign_ins(refusals=[line(account, times=900), line(account, reason=SignInRefusal.INACTIVE)])
    remember_refused_sign_ins(refusals=[line(account, device_uid="tv", address="192.0.2.9", at=NOW + 60, times=100)])
    guessed = AccountRefusal.objects.get(reason="wrong_password")
    assert (guessed.times, guessed.device_uid, guessed.address) == (1000, "tv", "192.0.2.9")
    assert guessed.last_at == datetime.fromtimestamp(NOW + 60, UTC)
    assert AccountRefusal.objects.count() == 2


def test_a_town_that_is_refused_costs_few_statements(django_assert_max_num_queries) -> None:
    operator = make_operator()
    customer = make_customer(operator=operator)
    accounts = [make_account(operator=operator, customer=customer) for _ in range(60)]
    for _ in range(2):
        with django_assert_max_num_queries(8):
            remember_refused_sign_ins(refusals=[line(each, times=number) for number, each in enumerate(accounts, 1)])
    assert [each.times for each in AccountRefusal.objects.order_by("account")] == [2 * n for n in range(1, 61)]


def test_what_devices_send_is_made_fit_for_every_database() -> None:
    account, gone = make_account(), make_account(customer=make_customer())
    lost = line(gone)
    Account.objects.filter(pk=gone.pk).delete()
    remember_refused_sign_ins(refusals=[line(account, device_uid="\0\ud800\n" + "é" * 500, address="x" * 99), lost])
    (written,) = AccountRefusal.objects.all()
    assert (written.device_uid, written.address) == ("é" * 200, "x" * 45)


def test_a_month_later_it_is_forgotten() -> None:
    account = make_account()
    remember_refused_sign_ins(
        refusals=[line(account), line(account, reason=SignInRefusal.INACTIVE, at=NOW + 5 * 86_400)]
    )
    assert forget_refused_sign_ins(before=datetime.fromtimestamp(NOW, UTC) + timedelta(days=1)) == 1
    assert AccountRefusal.objects.get().reason == "inactive"
