"""The gate's memory: updates, snapshots, and what holds between them."""

from dataclasses import replace

from tests.hotpath.gate.snapshots import (
    ADULT,
    ANDROID,
    BASIC,
    CHANNELS,
    DAY,
    DIRECT,
    DISABLED,
    LINEUP,
    NEWS,
    NOW,
    SNAPSHOT,
    SPORTS,
    account,
    operator,
    programme,
    server,
    session,
    token,
)

from headend.delivery.ports import Place
from headend.hotpath.gate.memory import Guide, Seat
from headend.hotpath.gate.state import PORTION, State, portions
from headend.kernel.tokens import digest_of
from headend.playback.ports import HoldingView, Lineup, Update
from headend.subscribers.rules import SessionView


def state_of(*updates: Update) -> State:
    state = State.of(SNAPSHOT)
    for update in updates:
        state.apply(update)
    return state


def tariffs_of(state: State, account_id: int, now: int = NOW) -> set[int]:
    access = state.access_of(state.accounts[account_id], now)
    assert access is not None
    return set(access.tariffs)


def test_an_update_replaces_what_it_names() -> None:
    state = state_of(Update(101, accounts=(account(502, BASIC, SPORTS),), removed_accounts=(503,)))
    assert tariffs_of(state, 502) == {BASIC, SPORTS}
    assert tariffs_of(state, 501) == {BASIC, SPORTS}
    assert 503 not in state.accounts
    assert state.change == 101


def test_access_follows_the_clock() -> None:
    """A holding that begins or ends is noticed without news from the records."""
    holdings = (HoldingView(BASIC, 0, NOW + 100), HoldingView(SPORTS, NOW + 50, None))
    state = state_of(Update(101, accounts=(replace(account(501), holdings=holdings, active_until=NOW + 200),)))
    assert tariffs_of(state, 501, NOW) == {BASIC}
    assert tariffs_of(state, 501, NOW + 49) == {BASIC}
    assert tariffs_of(state, 501, NOW + 50) == {BASIC, SPORTS}
    assert tariffs_of(state, 501, NOW + 100) == {SPORTS}
    assert tariffs_of(state, 501, NOW + 200) == set()


def test_access_is_made_once_and_anew_when_its_sources_change() -> None:
    state = state_of()
    first = state.access_of(state.accounts[501], NOW)
    assert state.access_of(state.accounts[501], NOW + DAY) is first
    state.apply(Update(101, lineups=(LINEUP,)))
    assert state.access_of(state.accounts[501], NOW) is not first


def test_a_tariff_for_other_countries_lists_nothing() -> None:
    tariffs = {**LINEUP.tariffs, SPORTS: replace(LINEUP.tariffs[SPORTS], countries=frozenset(["DE"]))}
    state = state_of(
        Update(101, lineups=(replace(LINEUP, tariffs=tariffs),), accounts=(account(501, BASIC, SPORTS, country="IT"),))
    )
    assert tariffs_of(state, 501) == {BASIC}
    assert tariffs_of(state, 504) == {BASIC, SPORTS}  # it is not known where this one is


def version_after(lineup: Lineup) -> int:
    state = state_of()
    before = state.stations[1].version
    state.apply(Update(101, lineups=(lineup,)))
    return state.stations[1].version - before


def test_only_what_devices_list_counts_as_a_new_list() -> None:
    news, *others = CHANNELS
    assert version_after(LINEUP) == 0
    assert version_after(replace(LINEUP, servers=(server(7),))) == 0
    maintained = replace(news, terms=replace(news.terms, maintenance=((NOW, None),)), stream_url="http://new.example/")
    assert version_after(replace(LINEUP, channels=(maintained, *others))) == 0
    assert version_after(replace(LINEUP, channels=(replace(news, lcn=99), *others))) == 1
    assert version_after(replace(LINEUP, channels=tuple(others))) == 1
    assert version_after(replace(LINEUP, categories=())) == 1
    wider = {**LINEUP.tariffs, SPORTS: replace(LINEUP.tariffs[SPORTS], channels=None)}
    assert version_after(replace(LINEUP, tariffs=wider)) == 1
    assert version_after(replace(LINEUP, channel_sorts={})) == 1


def test_other_languages_are_another_list() -> None:
    state = state_of()
    before = state.stations[1].version
    state.apply(Update(101, operators=(replace(operator(), languages=("ru", "en")),)))
    assert state.stations[1].version == before + 1
    state.apply(Update(102, operators=(replace(operator(), languages=("ru", "en"), name="New"),)))
    assert state.stations[1].version == before + 1


def test_a_snapshot_keeps_versions_marks_and_what_happened_a_moment_ago() -> None:
    state = state_of()
    state.stations[1].version = 7
    state.seats[digest_of(ANDROID)].mark = ("a mark",)
    new, gone = session(token("new"), 501), digest_of(token("mag"))
    state.open(new, NOW)
    state.close(gone, NOW)
    state.become(State.of(SNAPSHOT), NOW + 60)
    assert state.stations[1].version == 7
    assert state.seats[digest_of(ANDROID)].mark == ("a mark",)
    assert new.token_digest in state.seats
    assert gone not in state.seats
    state.become(State.of(SNAPSHOT), NOW + 61)
    assert new.token_digest not in state.seats
    assert gone in state.seats


def test_what_a_snapshot_does_not_name_is_gone() -> None:
    state = state_of()
    state.become(State.of(replace(SNAPSHOT, operators=(operator(),), lineups=(LINEUP,), accounts=(), sessions=())), NOW)
    assert (list(state.operators), list(state.stations)) == ([1], [1])
    assert (state.accounts, state.seats) == ({}, {})


def test_an_update_on_its_way_does_not_bring_a_closed_session_back() -> None:
    state = state_of()
    state.close(digest_of(ANDROID), NOW)
    state.apply(Update(101, sessions=(session(ANDROID, 501),)))
    assert digest_of(ANDROID) not in state.seats


def test_a_session_may_come_before_its_account() -> None:
    state = State()
    state.apply(Update(1, sessions=(session(ANDROID, 501),)))
    holder = state.seats[digest_of(ANDROID)].holder
    assert state.access_of(holder, NOW) is None
    state.apply(replace(SNAPSHOT, sessions=(), is_complete=False))
    access = state.access_of(holder, NOW)
    assert access is not None
    assert access.account.id == 501


def test_accounts_by_number() -> None:
    state = state_of()
    assert [each.id for each in state.accounts_numbered(10_001)] == [501, 601]
    state.apply(Update(101, accounts=(account(501, number=42),), removed_accounts=(601,)))
    assert state.accounts_numbered(10_001) == ()
    assert [each.id for each in state.accounts_numbered(42)] == [501]


def test_guides() -> None:
    guide = Guide((programme(1, 100, 1), programme(2, 160, 1), programme(3, 300, 1)))
    found = [guide.at(moment) for moment in (99, 100, 159, 160, 219, 220, 300, 360)]
    assert [each.id if each else None for each in found] == [None, 1, 1, 2, 2, None, 3, None]
    assert [guide.since(moment) for moment in (0, 100, 159, 160, 220, 299, 300, 360)] == [0, 0, 0, 1, 2, 2, 2, 3]
    assert guide.find(2) == programme(2, 160, 1)
    assert guide.find(4) is None


def test_large_updates_come_in_portions() -> None:
    accounts = tuple(account(number, BASIC) for number in range(2 * PORTION + 1))
    sessions = tuple(SessionView(str(n), n, None, "", "", False, "", 0, 0) for n in range(PORTION + 1))
    update = Update(
        101,
        operators=(operator(),),
        lineups=(LINEUP,),
        guides=dict.fromkeys(range(3), (programme(1, 0),)),
        accounts=accounts,
        removed_accounts=(1,),
        sessions=sessions,
    )
    pieces = list(portions(update))
    assert [len(piece.accounts) for piece in pieces] == [0, PORTION, PORTION, 1]
    assert [len(piece.sessions) for piece in pieces] == [0, PORTION, 1, 0]
    assert [len(piece.guides) for piece in pieces] == [0, 3, 0, 0]
    assert pieces[0].lineups == (LINEUP,)
    assert sum((piece.accounts for piece in pieces), ()) == accounts
    assert list(portions(replace(update, accounts=(), sessions=()))) == [replace(update, accounts=(), sessions=())]


def test_disabled_tariffs_give_nothing() -> None:
    state = state_of(Update(101, lineups=(replace(LINEUP, tariffs={BASIC: LINEUP.tariffs[BASIC]}),)))
    assert tariffs_of(state, 501) == {BASIC}
    assert {NEWS, ADULT, DIRECT, DISABLED} == LINEUP.tariffs[BASIC].channels


def test_the_country_of_a_session_counts_where_the_account_has_none() -> None:
    """Two devices of one household in two countries get what their own country gives, and are located once each."""
    asked: list[str] = []

    def locate(address: str) -> Place:
        asked.append(address)
        return Place("DE" if address.startswith("203.0.113.") else "")

    tariffs = {**LINEUP.tariffs, SPORTS: replace(LINEUP.tariffs[SPORTS], countries=frozenset(["IT"]))}
    state = State(locate)
    state.apply(SNAPSHOT)
    state.apply(Update(101, lineups=(replace(LINEUP, tariffs=tariffs),)))
    abroad, at_home = (
        Seat(SessionView(name, 501, None, name, "android", False, address, NOW, NOW), state.accounts[501])
        for name, address in (("a", "203.0.113.9"), ("b", "10.0.0.1"))
    )
    for _ in range(2):
        access = state.access_at(abroad, NOW)
        assert access is not None
        assert (access.country, set(access.tariffs)) == ("DE", {BASIC})
        access = state.access_at(at_home, NOW)
        assert access is not None
        assert (access.country, set(access.tariffs)) == ("", {BASIC, SPORTS})
    assert asked == ["203.0.113.9", "10.0.0.1"]
    state.apply(Update(102, accounts=(replace(account(501, BASIC, SPORTS), country="IT"),)))
    access = state.access_at(abroad, NOW)
    assert access is not None
    assert set(access.tariffs) == {BASIC, SPORTS}, "what staff wrote down goes before what an address tells"
