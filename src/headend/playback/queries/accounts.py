"""Accounts as the gate knows them, by the hundred thousand: five queries for each thousand, nothing kept."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from headend.kernel.portions import portions
from headend.messaging.queries import mail_among
from headend.messaging.rules import Mail
from headend.operators.queries import zone_named
from headend.playback.ports import AccountView, HoldingView, PersonalChannel
from headend.subscribers.models import Account, AccountChannel, TariffSubscription
from headend.subscribers.rules import midnight

CHUNK = 1000

_FIELDS = (
    "id", "operator_id", "customer_id", "number", "password", "is_active", "status_reason", "activates_on",
    "deactivates_on", "data_centre_id", "use_timeshift", "timeshift_minutes", "country",
    "operator__time_zone",
)  # fmt: skip

Holders = dict[int, int]
"""Who holds a subscription, by its number: an account, or, as a negative number, a customer."""


def account_views(
    ids: Collection[int] | None = None, *, now: int, holders: Holders | None = None
) -> Iterator[AccountView]:
    """The accounts with these numbers, or all of them, in the order of their numbers.

    Subscriptions that ended before `now` (epoch seconds) are left out: most of a long life's are over. `holders` is
    filled with who holds those that were read.
    """
    for rows in filter(None, _chunks(ids)):
        holdings = _holdings(rows, now, {} if holders is None else holders)
        personal = _personal(rows)
        mail = mail_among(_among("account", {row[0] for row in rows}), now)
        for row in rows:
            yield _view(row, holdings, personal, mail.get(row[0]))


def _chunks(ids: Collection[int] | None) -> Iterator[list[Any]]:
    accounts = Account.objects.order_by("pk")
    if ids is not None:
        for some in portions(sorted(ids), CHUNK):
            yield list(accounts.filter(pk__in=some).values_list(*_FIELDS))
        return
    # By number, not by one long cursor: no transaction stays open while the gate is being fed.
    last = 0
    while rows := list(accounts.filter(pk__gt=last).values_list(*_FIELDS)[:CHUNK]):
        yield rows
        last = rows[-1][0]


class _Holdings:
    """The holdings of some accounts: their own, and those of their customers."""

    def __init__(self) -> None:
        self.of_account: dict[int, list[HoldingView]] = defaultdict(list)
        self.of_customer: dict[int, list[HoldingView]] = defaultdict(list)

    def of(self, account_id: int, customer_id: int) -> tuple[HoldingView, ...]:
        return (*self.of_customer.get(customer_id, ()), *self.of_account.get(account_id, ()))


def _holdings(rows: list[Any], now: int, holders: Holders) -> _Holdings:
    found = _Holdings()
    runs_on = Q(ends_at=None) | Q(ends_at__gt=datetime.fromtimestamp(now, UTC))
    customers = _among("customer", {row[2] for row in rows})
    subscriptions = TariffSubscription.objects.filter(runs_on, customers).order_by("pk")
    for pk, customer, account, tariff, starts, ends in subscriptions.values_list(
        "pk", "customer_id", "account_id", "tariff_id", "starts_at", "ends_at"
    ):
        holding = HoldingView(tariff, int(starts.timestamp()), None if ends is None else int(ends.timestamp()))
        if account is None:
            found.of_customer[customer].append(holding)
        else:
            found.of_account[account].append(holding)
        holders[pk] = -customer if account is None else account
    return found


def _among(name: str, numbers: set[int]) -> Q:
    """Where a foreign key is one of these, and maybe some that lie between: a range costs far less than a long list."""
    first, last = min(numbers), max(numbers)
    is_dense = last - first < 2 * len(numbers)
    between = {f"{name}__gte": first, f"{name}__lte": last}
    return Q(**between) if is_dense else Q(**{f"{name}__in": numbers})


def _personal(rows: list[Any]) -> dict[int, dict[int, PersonalChannel]]:
    found: dict[int, dict[int, PersonalChannel]] = defaultdict(dict)
    entries = AccountChannel.objects.filter(_among("account", {row[0] for row in rows}))
    for account, channel, favourite, hidden, locked, sort in entries.values_list(
        "account_id", "channel_id", "is_favourite", "is_hidden", "needs_parent_code", "sort"
    ):
        found[account][channel] = _personal_channel(favourite, hidden, locked, sort)
    return found


@cache
def _personal_channel(favourite: bool, hidden: bool, locked: bool, sort: int | None) -> PersonalChannel:
    return PersonalChannel(favourite, hidden, locked, sort)  # few different ones, many times


@lru_cache(maxsize=10_000)
def _midnight(day: date | None, zone: ZoneInfo) -> int | None:
    return midnight(day, zone)


def _view(
    row: Any, holdings: _Holdings, personal: dict[int, dict[int, PersonalChannel]], mail: Mail | None
) -> AccountView:
    (
        pk,
        operator,
        customer,
        number,
        password,
        is_active,
        status,
        begins,
        ends,
        centre,
        shifts,
        minutes,
        country,
        zone_name,
    ) = row
    zone = zone_named(zone_name)
    return AccountView(
        id=pk,
        operator_id=operator,
        number=number,
        is_active=is_active,
        status_reason=status,
        active_from=_midnight(begins, zone),
        active_until=_midnight(ends, zone),
        holdings=holdings.of(pk, customer),
        personal=personal.get(pk, {}),
        data_centre_id=centre,
        timeshift_minutes=minutes if shifts else 0,
        country=country.upper(),
        password_stamp=sha256(password.encode()).hexdigest()[:16] if password else "",
        mail=mail,
    )
