"""What the gate has been fed with, and what it must be fed with next: change rows and time become updates."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from headend.catalog.models import GuideChannel, GuideSource, Programme
from headend.messaging.models import Command
from headend.operators.models import Change, Operator
from headend.playback.ports import AccountView, Lineup, OperatorView, ProgrammeView, Update
from headend.playback.queries.accounts import Holders, account_views
from headend.playback.queries.guides import days_in_use, guides_of, programme_categories
from headend.playback.queries.lineups import ServerTools, lineup_of, next_turn
from headend.playback.queries.operators import operator_views
from headend.playback.queries.sessions import session_views
from headend.subscribers.models import Account, Customer, TariffSubscription
from headend.subscribers.rules import SessionView
from headend.viewing.queries import programme_positions_of
from headend.viewing.rules import POSITIONS

GUIDES_MOVE_AFTER = 6 * 3600  # seconds after which a guide channel's days are read anew
GUIDES_AT_A_TIME = 5

_OF_OPERATORS = frozenset(
    {"operators.operator", "operators.apikey", "subscribers.devicetype", "subscribers.operatordevicetype"}
)
_OF_LINEUPS = frozenset(
    {
        "advertising.adblock",
        "advertising.admovie",
        "advertising.adprovider",
        "advertising.adsettings",
        "catalog.category",
        "catalog.channel",
        "catalog.channelsort",
        "catalog.hbbchannel",
        "catalog.hbbprovider",
        "catalog.programmeblocking",
        "catalog.tariff",
        "delivery.datacentre",
        "delivery.maintenance",
        "delivery.streamingserver",
    }
)


@dataclass(slots=True)
class _Wanted:
    """What has to be read anew, by number; for guides, those of the guide channels."""

    operators: bool = False
    categories: bool = False
    lineups: set[int] = field(default_factory=set)
    guides: set[int] = field(default_factory=set)
    accounts: set[int] = field(default_factory=set)
    sessions: set[int] = field(default_factory=set)
    positions: set[int] = field(default_factory=set)
    devices: set[int] = field(default_factory=set)


class _News:
    """Change rows by the entity they speak of."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._ids: dict[str, set[int]] = defaultdict(set)
        self._operators: dict[str, set[int | None]] = defaultdict(set)
        for row in changes:
            self._operators[row.entity].add(row.operator_id)
            if row.object_id is not None:
                self._ids[row.entity].add(row.object_id)

    def has(self, entities: Iterable[str]) -> bool:
        return any(entity in self._operators for entity in entities)

    def of(self, entity: str) -> set[int]:
        """The numbers of the records that changed."""
        return set(self._ids.get(entity, ()))

    def operators(self, entities: Iterable[str]) -> set[int | None]:
        """Whose records changed; None stands for everybody's."""
        return {number for entity in entities for number in self._operators.get(entity, ())}


class Projection:
    """Makes updates and remembers just enough of them to tell what has vanished. For one thread.

    Times are seconds since the epoch.
    """

    def __init__(self, tools: ServerTools) -> None:
        self._tools = tools
        self._forget()

    def _forget(self) -> None:
        self._operators: dict[int, OperatorView] = {}
        self._turns: dict[int, int] = {}  # when an operator's servers go into or come out of maintenance
        self._guides: dict[int, tuple[int, int]] = {}  # past days and when they were read, by guide channel
        self._shifts: dict[int, int] = {}
        self._accounts: set[int] = set()
        self._holders: Holders = {}
        self._sessions: dict[int, SessionView] = {}

    def complete(self, change: int, now: int) -> Update:
        """A snapshot of everything. `change` is the number up to which change rows are surely included."""
        self._forget()
        self._operators = {view.id: view for view in self._read_all_operators()}
        lineups = self._read_lineups(set(self._operators), now)
        accounts = tuple(account_views(now=now, holders=self._holders))
        self._accounts = {account.id for account in accounts}
        self._sessions = dict(session_views())
        return Update(
            change=change,
            is_complete=True,
            operators=tuple(self._operators.values()),
            lineups=lineups,
            guides=self._read_guides(set(), now),
            programme_categories=programme_categories(),
            accounts=accounts,
            sessions=tuple(self._sessions.values()),
            positions=programme_positions_of(None, datetime.fromtimestamp(now, UTC)),
        )

    def after(self, changes: Iterable[Change], change: int, now: int) -> Update:
        """What has become of the records that these change rows speak of, and of what time alone changes.

        Rows may come twice and in any order: an update is made from the records as they are now.
        """
        wanted = self._wanted(_News(changes))
        wanted.lineups |= {number for number, moment in self._turns.items() if moment <= now}
        old = sorted(number for number, (_, read) in self._guides.items() if read <= now - GUIDES_MOVE_AFTER)
        wanted.guides |= set(old[:GUIDES_AT_A_TIME])
        operators, removed_operators = self._read_operators(wanted) if wanted.operators else ((), ())
        lineups = self._read_lineups(wanted.lineups & set(self._operators), now)
        accounts, removed_accounts = self._read_accounts(wanted.accounts, now)
        sessions, removed_sessions = self._read_sessions(wanted, removed_accounts)
        return Update(
            change=change,
            operators=operators,
            removed_operators=removed_operators,
            lineups=lineups,
            guides=self._read_guides(wanted.guides, now) if wanted.guides or lineups else {},
            programme_categories=programme_categories() if wanted.categories else None,
            accounts=accounts,
            removed_accounts=removed_accounts,
            sessions=sessions,
            removed_sessions=removed_sessions,
            positions=programme_positions_of(wanted.positions & self._accounts, datetime.fromtimestamp(now, UTC)),
        )

    # --- from change rows to what is wanted ---

    def _wanted(self, news: _News) -> _Wanted:
        lineups = news.operators(_OF_LINEUPS)
        everybody = set(self._operators)
        wanted = _Wanted(
            operators=news.has(_OF_OPERATORS),
            categories=news.has(["catalog.guidecategory"]),
            lineups=everybody if None in lineups else {number for number in lineups if number is not None},
            guides=self._changed_guides(news),
            accounts=self._changed_accounts(news),
            sessions=news.of("subscribers.session"),
            positions=news.of(POSITIONS),
            devices=news.of("subscribers.device"),
        )
        if self._have_moved(wanted.guides):
            wanted.lineups = everybody
        return wanted

    def _changed_guides(self, news: _News) -> set[int]:
        changed = news.of("catalog.guidechannel")
        programmes, sources = news.of("catalog.programme"), news.of("catalog.guidesource")
        found = dict(Programme.objects.filter(pk__in=programmes).values_list("pk", "guide_channel_id"))
        changed |= set(found.values())
        is_lost = len(found) < len(programmes) or GuideSource.objects.filter(pk__in=sources).count() < len(sources)
        # Nobody can tell any more to which guides a deleted programme, or a deleted source, belonged.
        return changed | set(self._guides) if is_lost else changed

    def _have_moved(self, guide_channels: set[int]) -> bool:
        """Say whether guide channels in use have another time shift than before, or are gone."""
        used = guide_channels & set(self._shifts)
        now = dict(GuideChannel.objects.filter(pk__in=used).values_list("pk", "shift_minutes"))
        return any(now.get(number) != self._shifts[number] for number in used)

    def _changed_accounts(self, news: _News) -> set[int]:
        customers, subscriptions = news.of("subscribers.customer"), news.of("subscribers.tariffsubscription")
        is_lost = Customer.objects.filter(pk__in=customers).count() < len(customers)
        # Who held a subscription before, and who holds it now.
        holders = {self._holders[number] for number in subscriptions if number in self._holders}
        held = TariffSubscription.objects.filter(pk__in=subscriptions).values_list("account_id", "customer_id")
        holders |= {-customer if account is None else account for account, customer in held}
        customers |= {-holder for holder in holders if holder < 0}
        changed = news.of("subscribers.account") | {holder for holder in holders if holder > 0}
        changed |= set(Account.objects.filter(customer__in=customers).values_list("pk", flat=True))
        commands = Command.objects.filter(pk__in=news.of("messaging.command"))
        changed |= set(commands.values_list("account_id", flat=True))
        return changed | self._vanished_accounts() if is_lost else changed

    def _vanished_accounts(self) -> set[int]:
        return self._accounts - set(Account.objects.values_list("pk", flat=True))

    # --- reading what is wanted ---

    def _read_all_operators(self) -> list[OperatorView]:
        return operator_views(sealing_key=self._tools.sealing_key)

    def _read_operators(self, wanted: _Wanted) -> tuple[tuple[OperatorView, ...], tuple[int, ...]]:
        """The operators that differ from before; adds to `wanted` what is made from their zone and languages."""
        before, now = self._operators, {view.id: view for view in self._read_all_operators()}
        removed = tuple(sorted(before.keys() - now.keys()))
        changed = tuple(view for view in now.values() if before.get(view.id) != view)
        for view in changed:
            was = before.get(view.id)
            if was is None or was.languages != view.languages:
                wanted.lineups.add(view.id)
            if was is not None and was.time_zone != view.time_zone:
                wanted.accounts |= set(Account.objects.of(view.id).values_list("pk", flat=True))
        if removed:
            wanted.accounts |= self._vanished_accounts()
        self._operators = now
        for number in removed:
            self._turns.pop(number, None)
        return changed, removed

    def _read_lineups(self, operator_ids: set[int], now: int) -> tuple[Lineup, ...]:
        lineups, moment = [], datetime.fromtimestamp(now, UTC)
        for operator in Operator.objects.filter(pk__in=operator_ids).order_by("pk"):
            # Before the lineup: a shift that changes in between is then seen as changed, never missed.
            guides = GuideChannel.objects.filter(channels__operator=operator)
            self._shifts |= dict(guides.order_by().values_list("pk", "shift_minutes"))
            lineups.append(lineup_of(operator, self._tools, moment))
            turn = next_turn(operator, moment)
            self._turns.pop(operator.pk, None)
            if turn is not None:
                self._turns[operator.pk] = turn
        return tuple(lineups)

    def _read_guides(self, changed: set[int], now: int) -> dict[int, tuple[ProgrammeView, ...]]:
        """The guides that changed, and those that a channel points at only now or wants more days of."""
        days = days_in_use()
        due = {number: past for number, past in days.items() if number in changed or self._lacks(number, past)}
        guides = guides_of(due, now)
        for number in self._guides.keys() - days.keys():
            guides[number] = ()
            del self._guides[number]
            self._shifts.pop(number, None)
        self._guides |= {number: (past, now) for number, past in due.items()}
        return guides

    def _lacks(self, guide_channel_id: int, past: int) -> bool:
        return guide_channel_id not in self._guides or self._guides[guide_channel_id][0] < past

    def _read_accounts(self, ids: set[int], now: int) -> tuple[tuple[AccountView, ...], tuple[int, ...]]:
        accounts = tuple(account_views(ids, now=now, holders=self._holders)) if ids else ()
        found = {account.id for account in accounts}
        removed = (ids - found) & self._accounts
        self._accounts |= found
        self._accounts -= removed
        return accounts, tuple(sorted(removed))

    def _read_sessions(
        self, wanted: _Wanted, removed_accounts: tuple[int, ...]
    ) -> tuple[tuple[SessionView, ...], tuple[str, ...]]:
        read = wanted.sessions or wanted.devices
        found = dict(session_views(wanted.sessions, device_ids=wanted.devices)) if read else {}
        gone = (wanted.sessions & self._sessions.keys()) - found.keys()
        if wanted.devices or removed_accounts:  # their sessions went with them, and wrote no rows of their own
            accounts = set(removed_accounts)
            gone |= {
                number
                for number, session in self._sessions.items()
                if (session.device_id in wanted.devices or session.account_id in accounts) and number not in found
            }
        removed = tuple(self._sessions.pop(number).token_digest for number in sorted(gone))
        self._sessions |= found
        return tuple(found.values()), removed
