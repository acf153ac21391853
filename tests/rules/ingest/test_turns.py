"""Whose turn it is, proved against the rules over simulated days: one insert, first come first served within an asset,
shorter work first across assets, nobody starves, no cap is passed."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from headend.ingest.rules.admission import Admission, admit
from headend.ingest.rules.states import FINAL, Kind, LoadMode, State, Trigger, Work, next_state
from headend.ingest.rules.turns import (
    LONGEST_BEHIND_SHORTER,
    Length,
    Limits,
    Running,
    Waiting,
    cost_of,
    in_turn,
    length_of,
    what_next,
)

START = datetime(2027, 1, 15, 8, tzinfo=UTC)
FILM, WORDS = Work(moves_movie=True), Work(load_mode=LoadMode.UPDATE)
PREVIEW, COVERS = Work(moves_preview=True, covers=2), Work(covers=1)


def waiting(number: int, work: Work = WORDS, state: State = State.WAIT_PUBLICATION, **more: object) -> Waiting:
    told = Waiting(number, f"asset {number}", state, START + timedelta(seconds=number), work)
    return replace(told, **more)  # type: ignore[arg-type]


def test_shorter_work_goes_first_and_equal_work_in_the_order_it_came() -> None:
    queue = [waiting(1, PREVIEW), waiting(2, COVERS), waiting(3), waiting(4), waiting(5, COVERS)]
    assert what_next(queue, Running(), Limits(publications=4), START) == [3, 4, 2, 5]


def test_who_waited_too_long_goes_before_shorter_work() -> None:
    queue = [waiting(1, PREVIEW), waiting(2)]
    late = START + timedelta(seconds=1) + LONGEST_BEHIND_SHORTER
    assert [each.number for each in in_turn(queue, late)] == [1, 2]


def test_never_two_of_one_asset() -> None:
    queue = [waiting(1, asset="a"), waiting(2, asset="a"), waiting(3, asset="b")]
    assert what_next(queue, Running(assets=frozenset("b")), Limits(), START) == [1]


def test_a_transfer_takes_a_place_for_each_service_group() -> None:
    films = [waiting(number, FILM, State.WAIT_TRANSFER, groups=2) for number in (1, 2, 3)]
    assert what_next(films, Running(transfers=1), Limits(transfers=4), START) == [1]
    assert what_next(films, Running(), Limits(transfers=4), START) == [1, 2]
    assert what_next(films, Running(transfers=4), Limits(transfers=4), START) == []


def test_one_for_more_groups_than_places_waits_for_all_of_them() -> None:
    films = [waiting(1, FILM, State.WAIT_TRANSFER, groups=9), waiting(2, FILM, State.WAIT_TRANSFER)]
    assert what_next(films, Running(transfers=1), Limits(transfers=4), START) == []  # 2 does not slip past
    assert what_next(films, Running(), Limits(transfers=4), START) == [1]


WORKS = st.builds(
    Work,
    load_mode=st.sampled_from(LoadMode),
    moves_movie=st.booleans(),
    encrypts=st.booleans(),
    moves_preview=st.booleans(),
    covers=st.integers(0, 2),
)


@dataclass
class Ticket:
    number: int
    asset: str
    work: Work
    groups: int
    arrived_at: datetime
    state: State = State.OPEN
    awaits_insert: bool = False
    runs: int = 0  # steps of the clock until the running step ends


@dataclass
class World:
    """A simulated platform: what the decisions say is done, one step of work at a time."""

    limits: Limits
    now: datetime = START
    tickets: list[Ticket] = field(default_factory=list)
    published: set[str] = field(default_factory=set)
    closed: list[Ticket] = field(default_factory=list)

    def open(self) -> list[Ticket]:
        return [ticket for ticket in self.tickets if ticket.state not in FINAL]

    def is_behind(self, ticket: Ticket) -> bool:
        older = [each for each in self.open() if each.asset == ticket.asset and each.number < ticket.number]
        return ticket.awaits_insert or any(not each.awaits_insert for each in older)

    def running(self) -> list[Ticket]:
        return [ticket for ticket in self.open() if ticket.runs]

    def begin(self) -> None:
        asked = [
            Waiting(each.number, each.asset, each.state, each.arrived_at, each.work, each.groups, self.is_behind(each))
            for each in self.open()
            if not each.runs
        ]
        busy = {state: 0 for state in State}
        for each in self.running():
            as_asked = Waiting(each.number, each.asset, WAITED[each.state], each.arrived_at, each.work, each.groups)
            busy[WAITED[each.state]] += cost_of(as_asked, self.limits)
        now_running = Running(
            busy[State.WAIT_TRANSFER], busy[State.WAIT_ENCRYPTING], busy[State.WAIT_PUBLICATION], busy[State.OPEN],
            frozenset(each.asset for each in self.running()),
        )  # fmt: skip
        for number in what_next(asked, now_running, self.limits, self.now):
            self._start(next(each for each in self.tickets if each.number == number))

    def _start(self, ticket: Ticket) -> None:
        verdict = admit(
            Kind.TITLE, ticket.work.load_mode, is_published=ticket.asset in self.published,
            arrived_at=ticket.arrived_at, now=self.now, patience=timedelta(minutes=30),
        ).admission  # fmt: skip
        if verdict is Admission.HOLD:
            ticket.awaits_insert = True
        elif verdict is not Admission.GO:
            ticket.state = State.REJECTED
        else:
            ticket.runs = 1 + length_of(ticket.work)
            if ticket.state is not State.OPEN:
                ticket.state = next_state(ticket.state, Trigger.BEGIN, ticket.work)

    def tick(self, fails: bool) -> None:
        self.now += timedelta(minutes=1)
        for ticket in self.running():
            ticket.runs -= 1
            if not ticket.runs:
                self._end(ticket, fails)
                fails = False
        for ticket in self.open():
            if ticket.awaits_insert and self.now - ticket.arrived_at >= timedelta(minutes=30):
                ticket.state = State.REJECTED

    def _end(self, ticket: Ticket, fails: bool) -> None:
        if ticket.state is State.OPEN:
            ticket.state = next_state(ticket.state, Trigger.ROUTE, ticket.work)
            return
        ticket.state = next_state(ticket.state, Trigger.FAILED if fails else Trigger.DONE, ticket.work)
        if ticket.state is State.ENCRYPTED:
            ticket.state = next_state(ticket.state, Trigger.ROUTE, ticket.work)
        if ticket.state is State.CLOSED:
            self.closed.append(ticket)
            unpublishes = ticket.work.load_mode is LoadMode.UNPUBLISH
            self.published -= {ticket.asset} if unpublishes else set()
            self.published |= set() if unpublishes else {ticket.asset}
            for each in self.open():
                each.awaits_insert = each.awaits_insert and each.asset != ticket.asset

    def check(self) -> None:
        running = self.running()
        assert len({each.asset for each in running}) == len(running)  # never two of one asset at work
        transfers = sum(min(each.groups, self.limits.transfers) for each in running if each.state is State.IN_TRANSFER)
        assert transfers <= self.limits.transfers
        assert sum(each.state is State.IN_ENCRYPTING for each in running) <= self.limits.encryptions
        assert sum(each.state is State.IN_PUBLICATION for each in running) <= self.limits.publications


WAITED = {
    State.OPEN: State.OPEN,
    State.IN_ENCRYPTING: State.WAIT_ENCRYPTING,
    State.IN_TRANSFER: State.WAIT_TRANSFER,
    State.IN_PUBLICATION: State.WAIT_PUBLICATION,
}
ARRIVALS = st.lists(st.tuples(st.sampled_from("abc"), WORKS, st.integers(1, 6)), max_size=14)


@given(ARRIVALS, st.lists(st.integers(0, 3), max_size=14), st.lists(st.booleans(), max_size=40), st.integers(1, 4))
@settings(deadline=None)
def test_the_rules_hold_over_days(
    arrivals: list[tuple[str, Work, int]], gaps: list[int], failures: list[bool], transfers: int
) -> None:
    world = World(Limits(transfers=transfers, encryptions=1, publications=2, checks=2))
    coming, pauses, broken = list(enumerate(arrivals, 1)), list(gaps), list(failures)
    for _ in range(2000):
        for _ in range(pauses.pop() if pauses else 1):
            if coming:
                number, (asset, work, groups) = coming.pop(0)
                world.tickets.append(Ticket(number, asset, work, groups, world.now))
        world.begin()
        world.check()
        if not coming and not world.open():
            break
        world.tick(fails=bool(broken) and broken.pop())
    assert not world.open()  # nobody starves: all are through
    for asset in "abc":
        closed = [ticket for ticket in world.closed if ticket.asset == asset]
        _check_asset(closed)


def _check_asset(closed: list[Ticket]) -> None:
    is_published = False
    for ticket in closed:
        mode = ticket.work.load_mode
        assert (mode is LoadMode.INSERT) == (not is_published)  # the first is an insert, and there is one at a time
        is_published = mode is not LoadMode.UNPUBLISH
    late = [each.number for each in closed if each.work.load_mode is not LoadMode.INSERT]
    inserts = [each.number for each in closed if each.work.load_mode is LoadMode.INSERT]
    assert inserts == sorted(inserts)
    # First come, first served, but that an insert passes what waited for it.
    assert late == sorted(late)


def test_lengths() -> None:
    works = [Work(Kind.GUIDE, moves_movie=True), Work(load_mode=LoadMode.UNPUBLISH, covers=1), COVERS, PREVIEW, FILM]
    assert [length_of(work) for work in works] == [
        Length.RECORDS, Length.RECORDS, Length.COVERS, Length.PREVIEW, Length.MOVIE,
    ]  # fmt: skip
