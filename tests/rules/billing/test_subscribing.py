"""Who may subscribe to what, leave what, and activate which promo code."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from headend.billing.rules import (
    Decision,
    Held,
    Offer,
    Promo,
    PromoRefusal,
    Refusal,
    Standing,
    code_of,
    may_activate,
    may_subscribe,
    may_unsubscribe,
)

D = Decimal
BASIC = Offer(1, "EUR", price=D(9), basic_priority=1)
BETTER = Offer(2, "EUR", price=D(19), basic_priority=2)
FILMS = Offer(3, "EUR", price=D(5))
RICH = Standing("EUR", balance=D(100), country="IT", basics_are_sold=True)
WITH_BASIC = replace(RICH, held=(Held(11, BASIC),))


def decide(offer: Offer, standing: Standing = WITH_BASIC, cost: str = "5") -> Decision:
    return may_subscribe(offer, standing, D(cost))


def test_allowed() -> None:
    assert decide(FILMS) == Decision()
    assert decide(BASIC, RICH) == Decision()
    assert decide(FILMS, replace(RICH, basics_are_sold=False)) == Decision()
    assert decide(replace(FILMS, countries=frozenset({"IT"}))) == Decision()


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        (replace(FILMS, is_hidden=True), Refusal.UNKNOWN),
        (replace(FILMS, period_months=0), Refusal.UNKNOWN),
        (replace(FILMS, currency="USD"), Refusal.UNKNOWN),
        (replace(FILMS, is_enabled=False, is_archived=True), Refusal.DISABLED),
        (replace(FILMS, is_archived=True), Refusal.ARCHIVED),
        (replace(FILMS, countries=frozenset({"DE", "FR"})), Refusal.WRONG_COUNTRY),
    ],
)
def test_what_is_not_sold(offer: Offer, reason: Refusal) -> None:
    assert decide(offer) == Decision(reason)


def test_an_unknown_country_is_none_of_them() -> None:
    offer = replace(FILMS, countries=frozenset({"IT"}))
    assert decide(offer, replace(WITH_BASIC, country="")).refusal is Refusal.WRONG_COUNTRY
    assert decide(offer, replace(WITH_BASIC, country="it")).refusal is None


def test_held_already() -> None:
    assert decide(FILMS, replace(WITH_BASIC, held=(Held(12, FILMS),))) == Decision(Refusal.HELD)


def test_what_was_left_goes_on() -> None:
    leaving = Held(12, FILMS, is_leaving=True)
    assert decide(FILMS, Standing("EUR", held=(leaving,))) == Decision(resumes=12)
    of_another = replace(leaving, is_own=False)
    assert decide(FILMS, Standing("EUR", held=(of_another,))) == Decision(Refusal.HELD)


def test_additional_tariffs_need_a_basic_one() -> None:
    assert decide(FILMS, RICH) == Decision(Refusal.NEEDS_BASIC)


def test_a_basic_tariff_replaces_another() -> None:
    assert decide(BETTER) == Decision(replaces=11)


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (Held(11, BASIC, is_own=False), Refusal.ONE_BASIC),
        (Held(11, replace(BASIC, may_be_left=False)), Refusal.BASIC_STAYS),
        (Held(11, replace(BASIC, is_required=True)), Refusal.BASIC_STAYS),
    ],
)
def test_a_basic_tariff_that_stays(held: Held, reason: Refusal) -> None:
    assert decide(BETTER, replace(RICH, held=(held,))) == Decision(reason)


def test_two_basic_tariffs_of_two_accounts_are_not_replaced() -> None:
    held = (Held(11, BASIC), Held(12, replace(BASIC, id=7)))
    assert decide(BETTER, replace(RICH, held=held)) == Decision(Refusal.ONE_BASIC)


@pytest.mark.parametrize(
    ("balance", "cost", "reason"),
    [
        ("5", "5", None),
        ("4.99", "5", Refusal.NOT_ENOUGH_BALANCE),
        ("-1", "5", Refusal.NOT_ENOUGH_BALANCE),
        ("-1", "0", None),
    ],
)
def test_the_balance(balance: str, cost: str, reason: Refusal | None) -> None:
    assert decide(FILMS, replace(WITH_BASIC, balance=D(balance)), cost).refusal is reason


def test_the_balance_is_the_last_thing_that_is_told() -> None:
    assert decide(FILMS, replace(RICH, balance=D(0))) == Decision(Refusal.NEEDS_BASIC)


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        (FILMS, None),
        (BASIC, Refusal.IS_BASIC),
        (replace(FILMS, is_required=True), Refusal.REQUIRED),
        (replace(FILMS, may_be_left=False), Refusal.NOT_TO_LEAVE),
    ],
)
def test_leaving(offer: Offer, reason: Refusal | None) -> None:
    assert may_unsubscribe(offer) is reason


TODAY = date(2027, 1, 15)


@pytest.mark.parametrize(
    ("promo", "reason"),
    [
        (Promo(), None),
        (Promo(valid_from=TODAY, valid_until=TODAY), None),
        (Promo(most=2, activated=1), None),
        (Promo(is_enabled=False), PromoRefusal.DISABLED),
        (Promo(valid_from=date(2027, 1, 16)), PromoRefusal.NOT_NOW),
        (Promo(valid_until=date(2027, 1, 14)), PromoRefusal.NOT_NOW),
        (Promo(most=2, activated=2), PromoRefusal.ACTIVATED),
        (Promo(is_activated_by_customer=True), PromoRefusal.ACTIVATED),
    ],
)
def test_promo_codes(promo: Promo, reason: PromoRefusal | None) -> None:
    assert may_activate(promo, account_is_active=True, today=TODAY) is reason
    assert may_activate(promo, account_is_active=False, today=TODAY) is PromoRefusal.ACCOUNT_INACTIVE


def test_codes_as_people_type_them() -> None:
    assert code_of(" spring 27\t") == "SPRING27"
    assert code_of("весна") == "ВЕСНА"
    assert len(code_of("x" * 1000)) == 40
