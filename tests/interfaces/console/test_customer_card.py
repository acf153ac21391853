"""The page that shows everything about one household."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from tests.factories.billing import make_balance
from tests.factories.catalog import make_channel
from tests.factories.subscribers import make_account, make_customer, make_device, make_session, make_subscription

from headend.billing.actions import charge
from headend.billing.models import Kind, PromisedPayment
from headend.interfaces.console.customer_card import card_url
from headend.interfaces.console.reasons import REASONS, SIGN_IN_WORDS
from headend.kernel.actor import system
from headend.operators.rules import Role
from headend.playback.rules import Reason
from headend.subscribers.actions import remember_refused_sign_ins
from headend.subscribers.rules import RefusedSignIn, SignInRefusal
from headend.viewing.actions import remember_refused_plays
from headend.viewing.rules import RefusedPlay

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def household(ours):
    customer = make_customer(operator=ours.operator, last_name="Rossi", first_name="Ada")
    account = make_account(customer=customer, operator=ours.operator, number=70_001)
    make_device(account=account, uid="00:1A:79:AA:AA:AA")
    make_session(account=account, last_seen_at=datetime.now(UTC))
    make_subscription(account=account, starts_at=NOW - timedelta(days=9))
    make_subscription(account=account, starts_at=NOW - timedelta(days=90), ends_at=NOW - timedelta(days=60))
    make_subscription(account=account, starts_at=NOW + timedelta(days=5))
    make_balance(customer, 30)
    charge(
        actor=system("tests"), customer=customer, amount=Decimal("12.50"), kind=Kind.TITLE, now=NOW, comment="A film"
    )
    return customer


def test_the_card_shows_accounts_tariffs_and_money(admin, household) -> None:
    page = admin.get(card_url(household))
    context = page.context
    assert page.status_code == 200
    (row,) = context["accounts"]
    assert (row.account.number, [device.uid for device in row.devices], row.online) == (
        70_001,
        ["00:1A:79:AA:AA:AA"],
        1,
    )
    assert [held.state for held in context["held"]] == ["runs", "planned", "ended"]
    assert context["balance"] == "17.50 EUR"
    assert [(each.amount, each.after) for each in context["ledger"]] == [
        ("-12.50 EUR", "17.50 EUR"),
        ("30.00 EUR", "30.00 EUR"),
    ]
    assert context["chart"].last == "17.5"
    assert "A film" in page.content.decode()


def test_the_card_tells_of_a_promise_that_runs(admin, ours, household) -> None:
    common = {"operator": ours.operator, "customer": household, "currency": "EUR", "given_at": NOW}
    PromisedPayment.objects.create(**common, amount=4, until=NOW, ended_at=NOW)
    assert "promised until" not in admin.get(card_url(household)).content.decode()
    PromisedPayment.objects.create(**common, amount=5, until=NOW + timedelta(days=3))
    assert "5.00 EUR are promised until" in admin.get(card_url(household)).content.decode()


def test_the_card_says_why_something_was_refused(admin, ours, household) -> None:
    account, channel = household.accounts.first(), make_channel(operator=ours.operator, name="Sport")
    at = int(NOW.timestamp())
    told = [RefusedPlay(account.pk, channel.pk, "not_in_tariff", "aa", at, 3), RefusedPlay(account.pk, 0, "x", "", at)]
    for _ in range(2):
        remember_refused_plays(refusals=told)
    page = admin.get(card_url(household))
    ((refusal, words, why),) = page.context["refusals"]
    assert (refusal.times, str(words)) == (6, str(REASONS[Reason.NOT_IN_TARIFF].refusal))
    assert f"channel={channel.pk}" in why
    assert admin.get(why).status_code == 200


def test_the_card_says_which_devices_were_not_let_in(admin, household, ours) -> None:
    account, stranger = household.accounts.first(), make_account(operator=ours.operator)
    at = int(NOW.timestamp())
    told = [
        RefusedSignIn(account.pk, SignInRefusal.WRONG_PASSWORD, "<b>box</b>", "198.51.100.7", at, 3),
        RefusedSignIn(account.pk, SignInRefusal.BASIC_LIMIT, "", "", at - 60),
        RefusedSignIn(stranger.pk, SignInRefusal.INACTIVE, "", "", at),
    ]
    for _ in range(2):
        remember_refused_sign_ins(refusals=told)
    page = admin.get(card_url(household))
    assert [(refusal.reason, refusal.times) for refusal, _ in page.context["refused_sign_ins"]] == [
        ("wrong_password", 6),
        ("basic_limit", 2),
    ]
    text = page.content.decode()
    assert "The password was wrong." in text
    assert "&lt;b&gt;box&lt;/b&gt;, 198.51.100.7" in text


def test_every_reason_that_an_account_is_refused_for_has_words() -> None:
    of_nobody = {"no_account", "wrong_key", "ambiguous_address", "bad_phone", "code_sent", "code_awaited"}
    assert set(SignInRefusal) - set(SIGN_IN_WORDS) == of_nobody


def test_a_household_without_anything_says_so(admin, ours) -> None:
    customer = make_customer(operator=ours.operator, last_name="Neri")
    text = admin.get(card_url(customer)).content.decode()
    for words in (
        "This customer has no account yet.",
        "No tariff yet.",
        "Nothing moved the balance in the last year.",
        "No device is signed in.",
    ):
        assert words in text


def test_money_is_for_those_who_may_see_it(sign_in, ours, household) -> None:
    page = sign_in(Role.SUPPORT, ours.operator).get(card_url(household))
    assert page.context["balance"] == "17.50 EUR"
    staff = sign_in(Role.MONITORING, ours.operator)
    assert staff.get(card_url(household)).status_code == 403


def test_a_dealer_sees_the_cards_of_their_own_customers(dealer_of, ours, household) -> None:
    dealer, client = dealer_of(ours.operator)
    assert client.get(card_url(household)).status_code == 403
    own = make_customer(operator=ours.operator, last_name="Own", dealer=dealer)
    make_account(customer=own, operator=ours.operator)
    assert len(client.get(card_url(own)).context["accounts"]) == 1


def test_another_operators_household_is_not_found(sign_in, theirs, household) -> None:
    stranger = sign_in(Role.OPERATOR_ADMIN, theirs.operator)
    assert stranger.get(card_url(household)).status_code == 403


def test_the_list_leads_to_the_card(admin, household) -> None:
    page = admin.get(reverse("admin:subscribers_customer_changelist"), {"q": "Rossi"})
    assert card_url(household) in page.content.decode()
