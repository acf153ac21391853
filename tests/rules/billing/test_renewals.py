"""What is due when: both billing modes, missed days, trials, promises, prices of one's own, changes of tariff."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headend.billing.errors import OtherCurrency
from headend.billing.rules import Reduction, Taxes, charge_day_of, next_period
from headend.billing.rules.renewals import Household, Line, Outcome, Product, Service, Verdict, decide

D = Decimal
JAN_5 = date(2027, 1, 5)
BASIC = Product(1, "EUR", D(9), is_basic=True, name="Basic")
BETTER = Product(2, "EUR", D(19), is_basic=True, name="Better")
FILMS = Product(3, "EUR", D(5), name="Films")
FREE = Product(4, "EUR", D(0), name="Free")


def line(number: int, product: Product, **fields: Any) -> Line:
    return Line(number, product, fields.pop("starts_on", date(2026, 12, 5)), **fields)


def simple(balance: str, today: date = JAN_5, lines: tuple[Line, ...] = (), **service: Any) -> Household:
    held = lines or (line(1, BASIC, paid_until=JAN_5), line(2, FILMS, paid_until=JAN_5))
    fields = {"extends_on": JAN_5} | service
    return Household(today, "EUR", balance=D(balance), services=(Service(7, **fields),), lines=held)


def each(balance: str, today: date = JAN_5, lines: tuple[Line, ...] = (), **service: Any) -> Household:
    return replace(simple(balance, today, lines, **{"extends_on": None} | service), is_simple=False)


def charged(verdict: Verdict) -> list[tuple[str, str]]:
    return [(f"{charge.day:%m-%d}", str(charge.bill.total)) for charge in verdict.charges]


# --- periods ---


def test_the_31st_comes_back_after_february() -> None:
    days, day = [], date(2027, 1, 31)
    for _ in range(4):
        day = next_period(day, 1, 31)
        days.append(day.isoformat())
    assert days == ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]


def test_a_charge_day_that_disagrees_with_the_day_is_forgotten() -> None:
    assert charge_day_of(date(2027, 2, 10), 31) == 10
    assert next_period(date(2027, 2, 10), 1, 31) == date(2027, 3, 10)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 24))
def test_periods_follow_each_other_without_drifting(day: date, months: int) -> None:
    second = next_period(day, months, day.day)
    assert second > day
    third = next_period(second, months, day.day)
    assert third == next_period(day, 2 * months, day.day)


# --- simple ---


def test_an_account_is_charged_for_all_it_holds() -> None:
    verdict = decide(simple("20"))
    assert charged(verdict) == [("01-05", "14.00")]
    assert verdict.charges[0].key == "renewal:account:7:2027-01-05"
    assert verdict.services[7].extends_on == date(2027, 2, 5)
    assert {each.paid_until for each in verdict.lines.values()} == {date(2027, 2, 5)}


def test_nothing_is_due_before_the_day_nor_twice_on_it() -> None:
    house = simple("20", JAN_5 - timedelta(days=1))
    assert decide(house).is_empty
    verdict = decide(simple("20"))
    after = simple("6", lines=tuple(verdict.lines.values()), extends_on=verdict.services[7].extends_on)
    assert decide(after).is_empty


def test_all_or_nothing() -> None:
    verdict = decide(simple("13.99"))
    assert charged(verdict) == []
    assert (verdict.services[7].is_active, verdict.services[7].reason, verdict.services[7].waits) == (
        False,
        "DEBT",
        True,
    )


def test_missed_days_are_caught_up_until_the_money_ends() -> None:
    verdict = decide(simple("30", date(2027, 4, 10)))
    assert charged(verdict) == [("01-05", "14.00"), ("02-05", "14.00")]
    assert verdict.services[7].reason == "DEBT"


def test_a_wrong_date_is_caught_up_for_a_year_at_most() -> None:
    held = (line(1, BASIC, starts_on=date(1989, 1, 1)),)
    verdict = decide(simple("100000", lines=held, extends_on=date(1990, 1, 1)))
    assert len(verdict.charges) == 13


def test_what_fell_due_out_of_service_waits_and_begins_anew() -> None:
    blocked = decide(simple("20", is_active=False, reason="BLOCK"))
    assert (charged(blocked), blocked.services[7].waits) == ([], True)
    again = decide(replace(simple("20", date(2027, 3, 20)), services=(blocked.services[7],)))
    assert again.is_empty
    back = replace(blocked.services[7], is_active=True)
    verdict = decide(replace(simple("20", date(2027, 3, 20)), services=(back,)))
    assert charged(verdict) == [("03-20", "14.00")]
    assert verdict.services[7].extends_on == date(2027, 4, 20)


def test_a_payment_brings_an_account_back_from_that_day() -> None:
    out = decide(simple("0")).services[7]
    house = replace(simple("20", date(2027, 1, 20)), services=(out,))
    assert decide(house).is_empty
    verdict = decide(house, after_payment=True)
    assert charged(verdict) == [("01-20", "14.00")]
    service = verdict.services[7]
    assert (service.is_active, service.reason, service.extends_on) == (True, "ACTIVE", date(2027, 2, 20))
    assert decide(replace(house, balance=D("13.99")), after_payment=True).is_empty


@pytest.mark.parametrize("reason", ["BLOCK", "WAIT", "moved away"])
def test_a_payment_does_not_lift_what_others_decided(reason: str) -> None:
    house = simple("50", JAN_5 - timedelta(days=3), is_active=False, reason=reason)
    assert decide(house, after_payment=True).is_empty


def test_an_account_without_dates_is_not_charged_but_a_payment_begins_it() -> None:
    assert decide(simple("50", extends_on=None)).is_empty
    fresh = (line(1, BASIC), line(2, FILMS))
    waiting = simple("50", lines=fresh, extends_on=None, is_active=False, reason="INACTIVE")
    verdict = decide(waiting, after_payment=True)
    assert charged(verdict) == [("01-05", "14.00")]
    assert verdict.services[7].is_active


def test_dates_only() -> None:
    held = (line(1, FREE),)
    verdict = decide(simple("50", lines=held, extends_on=None, deactivates_on=JAN_5))
    assert (verdict.services[7].is_active, verdict.services[7].reason) == (False, "INACTIVE")
    waits = simple("0", lines=held, extends_on=None, activates_on=JAN_5, is_active=False, reason="WAIT")
    assert decide(waits).services[7].is_active
    assert decide(replace(waits, today=JAN_5 - timedelta(days=1))).is_empty


def test_what_is_given_for_nothing_prolongs_with_any_balance() -> None:
    verdict = decide(simple("-5", lines=(line(1, FREE),)))
    assert (charged(verdict), verdict.services[7].extends_on) == ([], date(2027, 2, 5))
    assert verdict.counts == {Outcome.PROLONGED: 1}


def test_a_trial_ends_with_a_charge_or_without_service() -> None:
    trial = replace(simple("14", extends_on=None, deactivates_on=JAN_5), is_trial=True)
    paid = decide(replace(trial, lines=(line(1, BASIC), line(2, FILMS))))
    assert (charged(paid), paid.trial_ends, paid.services[7].deactivates_on) == ([("01-05", "14.00")], True, None)
    poor = decide(replace(trial, balance=D(0)))
    assert (poor.services[7].reason, poor.trial_ends) == ("DEBT", True)
    assert decide(replace(trial, today=JAN_5 - timedelta(days=1))).is_empty


def test_what_was_paid_before_is_not_paid_again() -> None:
    """Films was bought until January 20th, and joins the account's day by its part of the month."""
    held = (line(1, BASIC, paid_until=JAN_5), line(2, FILMS, paid_until=date(2027, 1, 20)))
    verdict = decide(simple("50", lines=held))
    assert charged(verdict) == [("01-05", str(D(9) + (D(5) * 16 / 31).quantize(D("0.01"))))]
    assert verdict.lines[2].paid_until == date(2027, 2, 5)


def test_a_year_is_charged_once_a_year() -> None:
    year = replace(FILMS, period_months=12, price=D(50))
    held = (line(1, BASIC, paid_until=JAN_5), line(2, year, paid_until=JAN_5))
    verdict = decide(simple("200", date(2027, 3, 5), lines=held))
    assert charged(verdict) == [("01-05", "59.00"), ("02-05", "9.00"), ("03-05", "9.00")]
    assert verdict.lines[2].paid_until == date(2028, 1, 5)


def test_what_all_accounts_share_is_paid_by_the_first() -> None:
    shared = (line(1, BASIC, paid_until=JAN_5),)
    two = (Service(7, extends_on=JAN_5), Service(8, extends_on=JAN_5))
    verdict = decide(replace(simple("50", lines=shared), services=two))
    assert charged(verdict) == [("01-05", "9.00")]
    assert {each.extends_on for each in verdict.services.values()} == {date(2027, 2, 5)}


# --- subscription ---


def test_each_renews_on_its_own_day() -> None:
    held = (line(1, BASIC, paid_until=date(2027, 1, 3)), line(2, FILMS, paid_until=JAN_5))
    verdict = decide(each("50", lines=held))
    assert charged(verdict) == [("01-03", "9.00"), ("01-05", "5.00")]
    assert [verdict.lines[n].paid_until for n in (1, 2)] == [date(2027, 2, 3), date(2027, 2, 5)]
    assert verdict.charges[0].key == "renewal:subscription:1:2027-01-03"


def test_basic_tariffs_come_first_and_the_rest_is_taken_away() -> None:
    verdict = decide(each("10"))
    assert charged(verdict) == [("01-05", "9.00")]
    assert (verdict.lines[2].is_cut, verdict.lines[2].waits, verdict.services) == (True, True, {})
    assert verdict.counts[Outcome.SUSPENDED] == 1


def test_without_a_basic_tariff_nothing_goes_on() -> None:
    verdict = decide(each("8"))
    assert charged(verdict) == []
    assert (verdict.services[7].is_active, verdict.services[7].reason) == (False, "DEBT")
    assert [(n.waits, n.is_cut) for n in verdict.lines.values()] == [(True, False), (True, False)]


def test_a_required_tariff_carries_service_too() -> None:
    rent = replace(FILMS, is_required=True)
    held = (line(1, FREE), line(2, rent, paid_until=JAN_5))
    assert decide(each("1", lines=held)).services[7].reason == "DEBT"


def test_a_payment_brings_service_and_what_was_taken_away_back() -> None:
    poor = decide(each("0"))
    later = replace(
        each("9", date(2027, 1, 20)), services=tuple(poor.services.values()), lines=tuple(poor.lines.values())
    )
    assert decide(later).is_empty
    verdict = decide(later, after_payment=True)
    assert charged(verdict) == [("01-20", "9.00")]
    assert (verdict.services[7].is_active, verdict.lines[2].is_cut) == (True, True)
    more = replace(
        each("5", date(2027, 1, 25)), services=tuple(verdict.services.values()), lines=tuple(verdict.lines.values())
    )
    back = decide(more, after_payment=True)
    assert charged(back) == [("01-25", "5.00")]
    assert (back.lines[2].is_cut, back.lines[2].paid_until) == (False, date(2027, 2, 25))


def test_nothing_is_charged_during_a_trial() -> None:
    fresh = (line(1, BASIC), line(2, FILMS))
    trial = replace(each("50", lines=fresh, deactivates_on=date(2027, 1, 10)), is_trial=True)
    assert decide(trial).is_empty
    verdict = decide(replace(trial, today=date(2027, 1, 12)))
    assert charged(verdict) == [("01-10", "9.00"), ("01-10", "5.00")]
    assert (verdict.trial_ends, verdict.services[7].deactivates_on) == (True, None)
    poor = decide(replace(trial, today=date(2027, 1, 12), balance=D(8)))
    assert (charged(poor), poor.services[7].reason, poor.trial_ends) == ([], "DEBT", True)


def test_a_trial_that_waits_for_the_first_sign_in_costs_nothing() -> None:
    waiting = each("50", lines=(line(1, BASIC),), is_active=False, reason="WAIT", is_awaited=True)
    assert decide(replace(waiting, is_trial=True)).is_empty
    assert decide(replace(waiting, is_trial=True), after_payment=True).is_empty


def test_time_in_service_ends_unless_something_is_paid_beyond_it() -> None:
    paid = (line(1, BASIC, paid_until=date(2027, 1, 30)),)
    assert decide(each("0", lines=paid, deactivates_on=JAN_5)).services[7].deactivates_on is None
    assert decide(each("0", lines=(line(1, FREE),), deactivates_on=JAN_5)).services[7].reason == "INACTIVE"


def test_the_last_period_is_paid_by_its_part() -> None:
    held = (line(1, BASIC, paid_until=JAN_5, ends_on=date(2027, 1, 15)),)
    verdict = decide(each("50", date(2027, 3, 1), lines=held))
    assert charged(verdict) == [("01-05", "2.90")]  # 10 of 31 days
    assert verdict.lines[1].paid_until == date(2027, 1, 15)


def test_a_price_of_its_own_ends() -> None:
    held = (line(1, BASIC, paid_until=JAN_5, own_price=D(4), own_until=date(2027, 2, 5)),)
    verdict = decide(each("50", date(2027, 3, 5), lines=held))
    assert charged(verdict) == [("01-05", "4.00"), ("02-05", "4.00"), ("03-05", "9.00")]


def test_the_best_discount_counts_while_it_lasts() -> None:
    offers = (
        Reduction(percent=D(50), ends_on=date(2027, 1, 31)),
        Reduction(amount=D(1)),
        Reduction(percent=D(100), starts_on=date(2028, 1, 1)),
    )
    held = (line(1, replace(BASIC, reductions=offers), paid_until=JAN_5),)
    assert charged(decide(each("50", date(2027, 2, 5), lines=held))) == [("01-05", "4.50"), ("02-05", "8.00")]


@pytest.mark.parametrize(
    ("taxes", "total", "tax"),
    [
        (Taxes(D(22)), "9.00", "1.62"),
        (Taxes(D(22), is_included=False), "10.98", "1.98"),
        (Taxes(), "9.00", "0.00"),
        (Taxes(D("7.7")), "9.00", "0.64"),
    ],
)
def test_taxes(taxes: Taxes, total: str, tax: str) -> None:
    verdict = decide(replace(each("50", lines=(line(1, BASIC, paid_until=JAN_5),)), taxes=taxes))
    assert [(str(c.bill.total), str(c.bill.tax)) for c in verdict.charges] == [(total, tax)]


@pytest.mark.parametrize("house", [simple, each])
def test_another_tariff_with_the_next_period(house: Any) -> None:
    held = (line(1, BASIC, paid_until=JAN_5, successor=BETTER, own_price=D(1)),)
    assert decide(house("50", JAN_5 - timedelta(days=1), lines=held)).is_empty
    verdict = decide(house("50", lines=held))
    assert charged(verdict) == [("01-05", "19.00")]
    assert (verdict.lines[1].product, verdict.lines[1].changed_on) == (BETTER, JAN_5)
    poor = decide(house("18", lines=held))
    assert poor.services[7].reason == "DEBT"
    assert all(each.changed_on is None for each in poor.lines.values())


def test_an_archived_or_dearer_tariff_goes_on_as_it_is() -> None:
    held = (line(1, replace(BASIC, price=D(11)), paid_until=JAN_5),)
    assert charged(decide(each("50", lines=held))) == [("01-05", "11.00")]


def test_another_currency_is_told() -> None:
    held = (line(1, replace(BASIC, currency="USD"), paid_until=JAN_5),)
    with pytest.raises(OtherCurrency, match="USD"):
        decide(each("50", lines=held))


# --- promises ---


@pytest.mark.parametrize("house", [simple, each])
def test_a_promise_counts_as_money_until_it_runs_out(house: Any) -> None:
    lent = decide(replace(house("0"), credit=D(14)))
    assert sum((charge.bill.total for charge in lent.charges), D(0)) == 14
    services = tuple(lent.services.values()) or house("0").services
    later = replace(house("-14", date(2027, 1, 10), lines=tuple(lent.lines.values())), services=services)
    over = decide(replace(later, promise_is_over=True))
    assert (over.promise_ends, over.services[7].is_active, over.services[7].reason) == (True, False, "DEBT")
    paid = replace(later, services=tuple(over.services.values()), balance=D("0"))
    back = decide(paid, after_payment=True)
    assert (charged(back), back.services[7].is_active) == ([], True)  # the month was charged already
    assert decide(replace(paid, balance=D("-0.01")), after_payment=True).is_empty


def test_a_promise_that_was_kept_takes_nothing_away() -> None:
    house = replace(simple("3", JAN_5 - timedelta(days=1)), promise_is_over=True)
    verdict = decide(house)
    assert (verdict.promise_ends, verdict.services) == (True, {})


def test_a_promise_ends_when_it_is_paid() -> None:
    house = replace(simple("0", JAN_5 - timedelta(days=1)), credit=D(14))
    assert decide(house).is_empty
    assert decide(house, after_payment=True).promise_ends


# --- whatever happens ---

_products = st.sampled_from([BASIC, FILMS, FREE, replace(FILMS, period_months=3), replace(FILMS, is_required=True)])


@st.composite
def _households(draw: st.DrawFn) -> Household:
    today = draw(st.dates(date(2027, 1, 1), date(2027, 12, 31)))
    near = st.integers(-200, 60).map(lambda days: today + timedelta(days=days))
    maybe = st.none() | near
    services = tuple(
        Service(
            number,
            is_active=draw(st.booleans()),
            reason=draw(st.sampled_from(["ACTIVE", "DEBT", "BLOCK", "WAIT", "INACTIVE"])),
            activates_on=draw(maybe),
            deactivates_on=draw(maybe),
            extends_on=draw(maybe),
            charge_day=draw(st.none() | st.integers(1, 31)),
            waits=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    lines = tuple(
        Line(
            number,
            draw(_products),
            draw(near),
            account_id=draw(st.none() | st.integers(0, 2)),
            ends_on=draw(maybe),
            paid_until=draw(maybe),
            charge_day=draw(st.none() | st.integers(1, 31)),
            waits=draw(st.booleans()),
            successor=draw(st.none() | _products),
        )
        for number in range(draw(st.integers(0, 4)))
    )
    return Household(
        today,
        "EUR",
        is_simple=draw(st.booleans()),
        taxes=Taxes(draw(st.sampled_from([D(0), D(22)])), draw(st.booleans())),
        balance=D(draw(st.integers(-20, 200))),
        credit=D(draw(st.sampled_from([0, 20]))),
        promise_is_over=draw(st.booleans()),
        is_trial=draw(st.booleans()),
        services=services,
        lines=lines,
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_households(), st.booleans())
def test_no_key_twice_no_debt_beyond_the_promise_and_nothing_left_for_a_second_run(
    house: Household, after_payment: bool
) -> None:
    verdict = decide(house, after_payment=after_payment)
    keys = [charge.key for charge in verdict.charges]
    assert len(keys) == len(set(keys))
    spent = sum((charge.bill.total for charge in verdict.charges), D(0))
    assert all(charge.bill.total > 0 and charge.day <= house.today for charge in verdict.charges)
    assert not verdict.charges or house.balance + house.credit >= spent
    after = replace(
        house,
        balance=house.balance - spent,
        credit=D(0) if verdict.promise_ends else house.credit,
        promise_is_over=False,
        is_trial=house.is_trial and not verdict.trial_ends,
        services=tuple(verdict.services.get(each.id, each) for each in house.services),
        lines=tuple(replace(verdict.lines.get(each.id, each), changed_on=None) for each in house.lines),
    )
    again = decide(after)
    assert not again.charges
    assert again.is_empty
