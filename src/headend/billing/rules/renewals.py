"""What is due for a household on a day: charged, prolonged, taken out of service, put into it, exchanged. Pure.

`decide` is the whole billing run for one customer. It looks at the days that have passed one period after the other, so
that a missed run is caught up, and tells the state in which everything ends and the charges on the way. Days are the
operator's. In both billing modes a subscription is paid for periods, each in advance on its first day:

- simple: what an account holds is charged together on the account's day, all or nothing; what all accounts of a
  customer share is paid by the first of them whose day comes.
- subscription: each subscription is charged on its own day, basic and required ones before others.

Nothing is charged for time without service: what falls due while an account is out of service *waits*, and begins anew
on the day on which the account is in service again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from headend.billing.errors import OtherCurrency
from headend.billing.rules.prices import (
    ZERO,
    Agreement,
    Bill,
    Reduction,
    Taxes,
    charge_day_of,
    months_after,
    next_period,
    reduced,
)

MOST_MISSED_MONTHS = 12  # what lies longer ago is a wrong date rather than a missed run

ACTIVE, DEBT, INACTIVE, WAIT = "ACTIVE", "DEBT", "INACTIVE", "WAIT"  # `subscribers.models.StatusReason`


class Outcome(StrEnum):
    """What a billing run did; a run counts how often."""

    CHARGED = "charged"
    PROLONGED = "prolonged"  # without a charge
    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"
    SUSPENDED = "suspended"  # a subscription, for want of money
    RESUMED = "resumed"
    CHANGED = "changed"  # a tariff took the place of another
    TRIAL_ENDED = "trial_ended"
    PROMISE_ENDED = "promise_ended"


@dataclass(frozen=True, slots=True)
class Product:
    """What a tariff costs, for how many months, and its rank."""

    tariff_id: int
    currency: str
    price: Decimal
    period_months: int = 1
    is_basic: bool = False
    is_required: bool = False
    reductions: tuple[Reduction, ...] = ()
    name: str = ""

    @property
    def carries_service(self) -> bool:
        """Whether accounts go out of service where this is not paid."""
        return self.is_basic or self.is_required


@dataclass(frozen=True, slots=True)
class Line:
    """A subscription that renews. `account_id` None: for all accounts; `ends_on`: the first day without it.

    `paid_until` None: nothing was paid yet. `waits`: interrupted, and begins anew when it can; `is_cut`: and was taken
    away until then. `successor` takes its place with the next period; `changed_on`: it did on that day.
    """

    id: int
    product: Product
    starts_on: date
    account_id: int | None = None
    ends_on: date | None = None
    paid_until: date | None = None
    charge_day: int | None = None
    own_price: Decimal | None = None
    own_until: date | None = None
    waits: bool = False
    is_cut: bool = False
    successor: Product | None = None
    changed_on: date | None = None

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Basic tariffs come first, then required ones, then others."""
        return not self.product.is_basic, not self.product.is_required, self.id

    def due_on(self, today: date) -> date | None:
        """The day from which this has to be paid; None where nothing is due by today."""
        if not (self.product.price or self.own_price or self.successor):
            return None  # what is free has nothing to renew
        day = today if self.waits else max(self.paid_until or self.starts_on, months_after(today, -MOST_MISSED_MONTHS))
        is_over = self.ends_on is not None and self.ends_on <= day
        return None if is_over or day > today or not self.product.period_months else day

    def price_on(self, day: date) -> Decimal:
        """A whole period's price, less the best discount."""
        agreed = Agreement(self.product.price, self.own_price, self.own_until).price_on(day)
        return reduced(agreed, self.product.reductions, day)

    def changed(self, day: date) -> "Line":
        """The line with its successor's product, where it has one."""
        if self.successor is None:
            return self
        return replace(self, product=self.successor, successor=None, own_price=None, own_until=None, changed_on=day)

    def paid(self, day: date, until: date, charge_day: int) -> "Line":
        """The line once it has been paid from a day on."""
        return replace(self, paid_until=until, charge_day=charge_day, waits=False, is_cut=False)


@dataclass(frozen=True, slots=True)
class Service:
    """An account: whether it is in service, why not, and its dates. `charge_day`, `waits`: as of a `Line`.

    `is_awaited`: its time begins with its first sign-in.
    """

    id: int
    is_active: bool = True
    reason: str = ACTIVE
    activates_on: date | None = None
    deactivates_on: date | None = None
    extends_on: date | None = None
    charge_day: int | None = None
    waits: bool = False
    is_awaited: bool = False

    def due_on(self, today: date) -> date | None:
        """The day on which its time is over; None where it goes on."""
        if self.waits:
            return today
        dates = [day for day in (self.extends_on, self.deactivates_on) if day is not None]
        if not dates or min(dates) > today:
            return None
        return max(min(dates), months_after(today, -MOST_MISSED_MONTHS))

    @property
    def may_come_back(self) -> bool:
        """Whether money puts it back into service: not what staff or the subscriber blocked, nor what was not begun."""
        return not self.is_active and self.reason in (DEBT, INACTIVE) and not self.is_awaited

    def out(self, reason: str, *, waits: bool = True) -> "Service":
        return replace(self, is_active=False, reason=reason, waits=waits)

    def back(self) -> "Service":
        return replace(self, is_active=True, reason=ACTIVE)


@dataclass(frozen=True, slots=True)
class Household:
    """All that decides what is due for a customer. `credit` is what a promise adds to the balance.

    `promise_is_new`: it was given just now; `promise_is_over`: it ran out, and nobody has looked at it yet.
    `is_simple`: the billing mode.
    """

    today: date
    currency: str
    is_simple: bool = True
    taxes: Taxes = Taxes()
    balance: Decimal = ZERO
    credit: Decimal = ZERO
    promise_is_new: bool = False
    promise_is_over: bool = False
    is_trial: bool = False
    services: tuple[Service, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Charge:
    """Money for a period that begins on `day`: of an account, or of one line. `key` is the same in every run."""

    key: str
    day: date
    bill: Bill
    names: tuple[str, ...]


@dataclass(slots=True)
class Verdict:
    """What is to be written: accounts and lines as they are afterwards where that differs, charges in their order."""

    services: dict[int, Service] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)
    charges: list[Charge] = field(default_factory=list)
    counts: Counter[Outcome] = field(default_factory=Counter)
    trial_ends: bool = False
    promise_ends: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.services or self.lines or self.charges or self.trial_ends or self.promise_ends)


def decide(household: Household, *, after_payment: bool = False) -> Verdict:
    """Say what is due by today. `after_payment`: accounts that are out of service may come back.

    Raises OtherCurrency where a tariff cannot be paid from the customer's balance.
    """
    state = _State(household)
    state.end_promise(after_payment=after_payment)
    state.begin()
    if household.is_simple:
        _renew_accounts(state)
    else:
        _renew_lines(state)
    if after_payment:
        _revive(state)
    return state.verdict()


class _State:
    """A household while it is decided on."""

    def __init__(self, household: Household) -> None:
        self.house = household
        self.today = household.today
        self.funds = household.balance + household.credit
        self.services = {each.id: each for each in household.services}
        self.lines = {each.id: each for each in sorted(household.lines, key=lambda line: line.rank)}
        self.charges: list[Charge] = []
        self.counts: Counter[Outcome] = Counter()
        self.is_trial = household.is_trial
        self.promise_ends = False

    def verdict(self) -> Verdict:
        house = self.house
        services, lines = {each.id: each for each in house.services}, {each.id: each for each in house.lines}
        return Verdict(
            services={each.id: each for each in self.services.values() if each != services[each.id]},
            lines={each.id: each for each in self.lines.values() if each != lines[each.id]},
            charges=self.charges,
            counts=self.counts,
            trial_ends=house.is_trial and not self.is_trial,
            promise_ends=self.promise_ends,
        )

    def end_promise(self, *, after_payment: bool) -> None:
        """A promise ends when it is kept, or runs out; unpaid, it takes all accounts out of service.

        What was charged stays charged.
        """
        house = self.house
        is_kept = after_payment and house.credit > ZERO and not house.promise_is_new and house.balance >= ZERO
        if not (self.house.promise_is_over or is_kept):
            return
        self.funds = self.house.balance
        self.promise_ends = True
        self.counts[Outcome.PROMISE_ENDED] += 1
        if self.house.balance < ZERO:
            for service in self.active():
                self.put_out(service, DEBT, waits=False)

    def begin(self) -> None:
        """Accounts that wait for their day come into service."""
        for service in list(self.services.values()):
            begins = service.activates_on is not None and service.activates_on <= self.today
            ends = service.deactivates_on is not None and service.deactivates_on <= self.today
            if not service.is_active and service.reason == WAIT and begins and not ends and not service.is_awaited:
                self.put_in(service)

    def active(self) -> list[Service]:
        return [each for each in self.services.values() if each.is_active]

    def put_in(self, service: Service) -> None:
        self.services[service.id] = service.back()
        self.counts[Outcome.ACTIVATED] += 1

    def put_out(self, service: Service, reason: str, *, waits: bool = True) -> None:
        self.services[service.id] = service.out(reason, waits=waits)
        self.counts[Outcome.DEACTIVATED] += 1

    def end_trial(self) -> None:
        if self.is_trial:
            self.is_trial = False
            self.counts[Outcome.TRIAL_ENDED] += 1

    def covered_by(self, line: Line) -> list[Service]:
        """The accounts that a line is for."""
        return [each for each in self.services.values() if line.account_id in (None, each.id)]

    def can_pay(self, bill: Bill) -> bool:
        return bill.total <= ZERO or bill.total <= self.funds

    def pay(self, key: str, day: date, bill: Bill, lines: Mapping[int, Line]) -> None:
        """Charge a bill and write down the lines as they are once it is paid."""
        self.lines |= lines
        if any(line.changed_on == day for line in lines.values()):
            self.counts[Outcome.CHANGED] += 1
        if not bill.total:
            self.counts[Outcome.PROLONGED] += 1
            return
        self.end_trial()
        self.funds -= bill.total
        self.charges.append(Charge(key, day, bill, tuple(line.product.name for line in lines.values())))
        self.counts[Outcome.CHARGED] += 1

    def bill(self, price: Decimal, lines: Mapping[int, Line]) -> Bill:
        for line in lines.values():
            if line.product.currency != self.house.currency:
                told = f"{line.product.name} is sold in {line.product.currency}"
                raise OtherCurrency(f"{told}, the balance is kept in {self.house.currency}")
        return self.house.taxes.bill(price, self.house.currency)


def share_of(day: date, until: date, end: date) -> Decimal:
    """Which part of the period from `day` to `end` the days before `until` are."""
    return min(Decimal(1), Decimal((until - day).days) / (end - day).days)


# --- simple: all that an account holds, on the account's day ---


def _renew_accounts(state: _State) -> None:
    for number in sorted(state.services):
        while (service := state.services[number]) and (day := service.due_on(state.today)) is not None:
            if not service.is_active:
                state.services[number] = replace(service, waits=True)
                break
            if not _renew_account(state, service, day):
                state.end_trial()
                is_unpaid = service.extends_on is not None or _owed(state, service, day)[0] > ZERO
                state.put_out(state.services[number], DEBT if is_unpaid else INACTIVE)
                break


def _renew_account(state: _State, service: Service, day: date) -> bool:
    """Charge an account for the month that begins on a day, and say whether that could be done.

    An account that only has an end, and holds nothing that costs, simply ends there.
    """
    price, lines = _owed(state, service, day)
    bill = state.bill(price, lines)
    if not state.can_pay(bill) or (service.extends_on is None and not bill.total):
        return False
    state.pay(f"renewal:account:{service.id}:{day}", day, bill, lines)
    state.services[service.id] = replace(
        service,
        extends_on=_next_charge(service, day),
        charge_day=charge_day_of(day, service.charge_day),
        deactivates_on=service.deactivates_on if (service.deactivates_on or day) > day else None,
        waits=False,
    )
    return True


def _next_charge(service: Service, day: date) -> date:
    return next_period(day, 1, service.charge_day)


def _owed(state: _State, service: Service, day: date) -> tuple[Decimal, dict[int, Line]]:
    """What an account owes on its day: the price, not rounded, and the lines as they are once that is paid."""
    price, paid, until = ZERO, {}, _next_charge(service, day)
    for line in state.lines.values():
        begins = max(day, line.paid_until or day)
        is_over = line.ends_on is not None and line.ends_on <= begins
        months = line.product.period_months
        if line.account_id not in (None, service.id) or not months or is_over or line.starts_on > day:
            continue
        if begins >= until or (months > 1 and begins > day):
            continue
        now = line.changed(day) if begins == day else line
        whole = next_period(day, now.product.period_months, service.charge_day)
        end = min(whole, line.ends_on or whole)
        price += now.price_on(day) * (share_of(day, end, whole) - share_of(day, begins, whole))
        paid[line.id] = now.paid(day, end, charge_day_of(day, service.charge_day))
    return price, paid


# --- subscription: each on its own day ---


def _renew_lines(state: _State) -> None:
    _end_times(state)
    while due := _first_due(state):
        line, day = due
        if not any(service.is_active for service in state.covered_by(line)):
            state.lines[line.id] = replace(line, waits=True)
        elif not _renew_line(state, line, day):
            _interrupt(state, line, day)


def _end_times(state: _State) -> None:
    """What a time in service was given to ends with it, unless something is paid beyond it, or can be."""
    for service in list(state.services.values()):
        day = service.deactivates_on
        if not service.is_active or day is None or day > state.today:
            continue
        state.end_trial()
        if _pay_for(state, service, day):
            state.services[service.id] = replace(service, deactivates_on=None)
        else:
            state.put_out(service, DEBT if any(_dues(state, service, day)) else INACTIVE)


def _first_due(state: _State) -> tuple[Line, date] | None:
    """What has been due for longest."""
    found = [(day, *line.rank, line) for line in state.lines.values() if (day := _due_day(state, line)) is not None]
    first = min(found, default=None)
    return (first[-1], first[0]) if first else None


def _due_day(state: _State, line: Line) -> date | None:
    """When a line is due that does not wait in vain: not during a trial, and not while nobody could use it."""
    covered = state.covered_by(line)
    on_trial = state.is_trial and any(s.is_awaited or s.deactivates_on for s in covered)
    idle = line.is_cut or (line.waits and not any(service.is_active for service in covered))
    return None if on_trial or idle else line.due_on(state.today)


def _renew_line(state: _State, line: Line, day: date) -> bool:
    """Charge a subscription for the period that begins on a day, and say whether that could be done."""
    now = line.changed(day)
    kept = None if line.waits else line.charge_day
    whole = next_period(day, now.product.period_months, kept)
    end = min(whole, line.ends_on or whole)
    lines = {line.id: now.paid(day, end, charge_day_of(day, kept))}
    bill = state.bill(now.price_on(day) * share_of(day, end, whole), lines)
    if not state.can_pay(bill):
        return False
    if line.is_cut:
        state.counts[Outcome.RESUMED] += 1
    state.pay(f"renewal:subscription:{line.id}:{day}", day, bill, lines)
    return True


def _interrupt(state: _State, line: Line, day: date) -> None:
    """Without a basic or required tariff nothing is watched; any other is taken away until it is paid."""
    if line.product.carries_service:
        state.lines[line.id] = replace(line, waits=True)
        for service in state.covered_by(line):
            if service.is_active:
                state.put_out(service, DEBT, waits=False)
        return
    state.lines[line.id] = replace(line, waits=True, is_cut=True, paid_until=day)
    state.counts[Outcome.SUSPENDED] += 1


def _dues(state: _State, service: Service, day: date) -> Iterator[tuple[Line, date]]:
    """What an account has to pay so that it is in service from a day on, waiting or not."""
    for line in state.lines.values():
        due = line.due_on(day) if line.account_id in (None, service.id) else None
        if due is not None and (line.ends_on is None or max(due, day) < line.ends_on):
            yield line, max(due, day)


def _pay_for(state: _State, service: Service, day: date) -> bool:
    """Pay what an account cannot do without, all or nothing, then of the rest what the money is enough for.

    Says whether something is paid beyond the day.
    """
    dues = list(_dues(state, service, day))
    needed = [(line, due) for line, due in dues if line.product.carries_service]
    before = state.lines, state.funds, len(state.charges), state.counts.copy()
    state.lines = dict(state.lines)
    if not all(_renew_line(state, line, due) for line, due in needed):
        state.lines, state.funds, number, state.counts = before
        del state.charges[number:]
        return False
    unpaid = [due for due in dues if not due[0].product.carries_service and not _renew_line(state, *due)]
    held = [line for line in state.lines.values() if line.account_id in (None, service.id)]
    if not any(line.paid_until is not None and line.paid_until > day for line in held):
        return False
    for line, due in unpaid:
        if not line.is_cut:
            _interrupt(state, line, due)
    return True


# --- when money came in ---


def _revive(state: _State) -> None:
    """Put accounts back into service for which the money is enough now, and give back what was taken away."""
    for number in sorted(state.services):
        service = state.services[number]
        if service.may_come_back and state.funds >= ZERO and _comes_back(state, service):
            state.put_in(state.services[number])
    for line in list(state.lines.values()):
        if line.is_cut and any(service.is_active for service in state.covered_by(line)):
            _renew_line(state, line, state.today)


def _comes_back(state: _State, service: Service) -> bool:
    """Pay from today on what an account lacks; what it has paid beyond today counts."""
    today = state.today
    if not state.house.is_simple:
        _forget_dates(state, service)
        return _pay_for(state, state.services[service.id], today)
    if not service.waits and service.extends_on is not None and service.extends_on > today:
        return True
    return _renew_account(state, replace(service, charge_day=None), today)


def _forget_dates(state: _State, service: Service) -> None:
    if service.deactivates_on is not None and service.deactivates_on <= state.today:
        state.services[service.id] = replace(service, deactivates_on=None)
