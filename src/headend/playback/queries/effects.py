"""What households may watch and what they will be charged: taken before and after a change, and compared.

The functions that decide are the gate's and the billing's own; this only asks them about everybody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice

from headend.billing.queries.renewals import ledgers_of
from headend.catalog.models import Channel
from headend.operators.models import Operator
from headend.playback.ports import make_grant
from headend.playback.queries.accounts import account_views
from headend.playback.queries.lineups import tariff_terms
from headend.playback.queries.operators import operator_views
from headend.playback.rules import TariffTerms, current_tariffs
from headend.subscribers.models import Account, Customer

Numbers = frozenset[int]
SAMPLES = 5
PORTION = 500


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What counts at a moment. `tariffs` by account; `renewals` what the next periods of all subscriptions cost, by
    currency; `unchargeable` how many customers hold what is sold in another currency than their balance's."""

    terms: Mapping[int, TariffTerms]
    channels: Numbers
    tariffs: Mapping[int, Numbers]
    renewals: Mapping[str, Decimal] = field(default_factory=dict)
    unchargeable: int = 0

    def channels_of(self, tariffs: Numbers) -> Numbers:
        """The enabled channels that some of these tariffs give, at some time and in some country."""
        given: set[int] = set()
        for number in tariffs:
            channels = self.terms[number].channels
            given |= self.channels if channels is None else channels & self.channels
        return frozenset(given)


def snapshot_of(operator: Operator, now: datetime) -> Snapshot:
    """Ask the gate's and the billing's functions about all households of an operator."""
    terms = tariff_terms(operator)
    renewals, unchargeable = _renewals(operator, now)
    return Snapshot(
        terms=terms,
        channels=frozenset(Channel.objects.of(operator.pk).filter(is_enabled=True).values_list("pk", flat=True)),
        tariffs=_tariffs(operator, terms, int(now.timestamp())),
        renewals=renewals,
        unchargeable=unchargeable,
    )


def _tariffs(operator: Operator, terms: Mapping[int, TariffTerms], now: int) -> dict[int, Numbers]:
    view = operator_views([operator.pk])[0]
    numbers = list(Account.objects.of(operator.pk).values_list("pk", flat=True))
    known: dict[Numbers, Numbers] = {}
    found = {}
    for account in account_views(numbers, now=now) if numbers else ():
        held = frozenset(tariff.id for tariff in current_tariffs(make_grant(account, view, terms), now))
        found[account.id] = known.setdefault(held, held)  # few different ones, many times
    return found


def _renewals(operator: Operator, now: datetime) -> tuple[dict[str, Decimal], int]:
    """As the billing run will see it: with prices of their own, discounts and taxes, whatever is in the balances.

    Customers who hold something in another currency are not charged at all: how many that are.
    """
    sums, unchargeable = defaultdict[str, Decimal](Decimal), 0
    customers = Customer.objects.of(operator.pk).filter(billing_handler=None).order_by("pk")
    rows = customers.iterator(chunk_size=PORTION)
    while portion := list(islice(rows, PORTION)):
        ledgers = ledgers_of(operator, portion, now)
        for books in ledgers.books.values():
            household = ledgers.household(books)
            lines = [line for line in household.lines if line.product.period_months and not line.is_cut]
            if any(line.product.currency != household.currency for line in lines):
                unchargeable += 1
                continue
            for line in lines:
                price = line.price_on(line.paid_until or household.today)
                sums[household.currency] += household.taxes.bill(price, household.currency).total
    return dict(sums), unchargeable


@dataclass(frozen=True, slots=True)
class Effect:
    """How many customers gain and lose something, and the numbers of some of them."""

    gain: int = 0
    lose: int = 0
    gainers: tuple[int, ...] = ()
    losers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Effects:
    """Who gains and loses what, by the number of the channel or tariff; `anything` counts each customer once."""

    anything: Effect
    channels: Mapping[int, Effect]
    tariffs: Mapping[int, Effect]


class _Counted:
    """Customers who gain and lose, with some of each."""

    def __init__(self) -> None:
        self._numbers: Counter[bool] = Counter()
        self._some: dict[bool, list[int]] = defaultdict(list)

    def add(self, customers: list[int], *, gain: bool) -> None:
        self._numbers[gain] += len(customers)
        self._some[gain] += customers[: SAMPLES - len(self._some[gain])]

    def effect(self) -> Effect:
        some = {gain: tuple(numbers) for gain, numbers in self._some.items()}
        return Effect(self._numbers[True], self._numbers[False], some.get(True, ()), some.get(False, ()))


def compare(operator: Operator, before: Snapshot, after: Snapshot) -> Effects:
    """Who gains and loses what between two snapshots."""
    everybody, channels, tariffs = (
        _Counted(),
        defaultdict[int, _Counted](_Counted),
        defaultdict[int, _Counted](_Counted),
    )
    for pairs, customers in _alike(operator, before, after).items():
        held = [frozenset().union(*each) for each in zip(*pairs, strict=True)]
        seen = [
            frozenset().union(*(snapshot.channels_of(pair[place]) for pair in pairs))
            for place, snapshot in enumerate((before, after))
        ]
        for counts, (old, new) in ((tariffs, held), (channels, seen)):
            _count(counts, new - old, customers, gain=True)
            _count(counts, old - new, customers, gain=False)
        for gain, (one, other) in ((True, (1, 0)), (False, (0, 1))):
            if held[one] - held[other] or seen[one] - seen[other]:
                everybody.add(customers, gain=gain)
    return Effects(everybody.effect(), _effects(channels), _effects(tariffs))


def _count(counts: defaultdict[int, _Counted], numbers: Iterable[int], customers: list[int], *, gain: bool) -> None:
    for number in numbers:
        counts[number].add(customers, gain=gain)


def _effects(counts: Mapping[int, _Counted]) -> dict[int, Effect]:
    return {number: counted.effect() for number, counted in sorted(counts.items())}


def _alike(
    operator: Operator, before: Snapshot, after: Snapshot
) -> dict[frozenset[tuple[Numbers, Numbers]], list[int]]:
    """The customers by what their accounts held before and hold after: few different ones, many times."""
    of_customer: dict[int, set[tuple[Numbers, Numbers]]] = defaultdict(set)
    for account, customer in Account.objects.of(operator.pk).order_by("customer_id").values_list("pk", "customer_id"):
        if account in before.tariffs and account in after.tariffs:
            of_customer[customer].add((before.tariffs[account], after.tariffs[account]))
    alike: dict[frozenset[tuple[Numbers, Numbers]], list[int]] = defaultdict(list)
    for customer, pairs in of_customer.items():
        alike[frozenset(pairs)].append(customer)
    return alike
