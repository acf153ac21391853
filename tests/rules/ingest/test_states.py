"""The ticket machine: every way through it, and none beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.ingest.errors import WrongState
from headend.ingest.rules.folders import ENCRYPTING, ERRORS, PUBLISHED, TO_PUBLISH, folder_of
from headend.ingest.rules.states import FINAL, RUNNING, Kind, LoadMode, State, Trigger, Work, may_be_set, next_state

FILM = Work(moves_movie=True)
SECRET_FILM = Work(moves_movie=True, encrypts=True)
WORDS = Work(load_mode=LoadMode.UPDATE)
T, S = Trigger, State

WORKS = st.builds(
    Work,
    kind=st.sampled_from(Kind),
    load_mode=st.sampled_from(LoadMode),
    moves_movie=st.booleans(),
    encrypts=st.booleans(),
    moves_preview=st.booleans(),
    covers=st.integers(0, 2),
)


@pytest.mark.parametrize(
    ("work", "triggers", "states"),
    [
        (
            SECRET_FILM,
            [T.ROUTE, T.BEGIN, T.DONE, T.ROUTE, T.BEGIN, T.DONE, T.BEGIN, T.DONE],
            [S.WAIT_ENCRYPTING, S.IN_ENCRYPTING, S.ENCRYPTED, S.WAIT_TRANSFER, S.IN_TRANSFER, S.WAIT_PUBLICATION,
             S.IN_PUBLICATION, S.CLOSED],
        ),
        (FILM, [T.ROUTE, T.BEGIN, T.DONE], [S.WAIT_TRANSFER, S.IN_TRANSFER, S.WAIT_PUBLICATION]),
        (WORDS, [T.ROUTE, T.BEGIN, T.FAILED, T.BEGIN], [S.WAIT_PUBLICATION, S.IN_PUBLICATION, S.WAIT_PUBLICATION,
                                                        S.IN_PUBLICATION]),
        (SECRET_FILM, [T.ROUTE, T.BEGIN, T.REFUSED, T.REOPEN], [S.WAIT_ENCRYPTING, S.IN_ENCRYPTING, S.REJECTED,
                                                                S.OPEN]),
    ],
)  # fmt: skip
def test_ways(work: Work, triggers: list[Trigger], states: list[State]) -> None:
    state, been = State.OPEN, []
    for trigger in triggers:
        state = next_state(state, trigger, work)
        been.append(state)
    assert been == states


@pytest.mark.parametrize(
    ("work", "first"),
    [
        (Work(Kind.GUIDE, moves_movie=True, encrypts=True), S.WAIT_PUBLICATION),
        (Work(moves_movie=False, encrypts=True), S.WAIT_PUBLICATION),
        (Work(load_mode=LoadMode.UNPUBLISH, moves_movie=True), S.WAIT_PUBLICATION),
        (Work(moves_movie=True, encrypts=False), S.WAIT_TRANSFER),
        (Work(load_mode=LoadMode.UPDATE, moves_movie=True, encrypts=True), S.WAIT_ENCRYPTING),
    ],
)
def test_where_a_package_waits_first(work: Work, first: State) -> None:
    assert next_state(State.OPEN, Trigger.ROUTE, work) is first


@given(WORKS, st.sampled_from(State), st.sampled_from(Trigger))
def test_failure_leads_back_and_only_back(work: Work, state: State, trigger: Trigger) -> None:
    try:
        following = next_state(state, trigger, work)
    except WrongState:
        return
    if trigger is Trigger.FAILED:
        assert state in RUNNING
        assert next_state(following, Trigger.BEGIN, work) is state
    if state in FINAL:
        assert (trigger, following) == (Trigger.REOPEN, State.OPEN)


@given(WORKS, st.lists(st.sampled_from(Trigger), max_size=30))
def test_whatever_happens_the_way_leads_through_its_stations(work: Work, triggers: list[Trigger]) -> None:
    state, been = State.OPEN, {State.OPEN}
    for trigger in triggers:
        try:
            state = next_state(state, trigger, work)
        except WrongState:
            continue
        been.add(state)
    if State.CLOSED in been:
        assert State.IN_PUBLICATION in been
        assert (State.IN_TRANSFER in been) == (next_state(State.OPEN, Trigger.ROUTE, work) != State.WAIT_PUBLICATION)


@given(st.sampled_from(State), st.sampled_from(State))
def test_staff_set_no_state_that_only_work_has(state: State, target: State) -> None:
    assert may_be_set(state, target) == (state not in FINAL and target not in RUNNING and target != state)


def test_folders_tell_the_state() -> None:
    places = {state: folder_of(state, SECRET_FILM) for state in State}
    assert {state for state, place in places.items() if place == ENCRYPTING} == {
        S.OPEN, S.WAIT_ENCRYPTING, S.IN_ENCRYPTING,
    }  # fmt: skip
    assert (places[S.CLOSED], places[S.REJECTED], folder_of(S.OPEN, FILM)) == (PUBLISHED, ERRORS, TO_PUBLISH)
    assert {places[state] for state in (S.ENCRYPTED, S.WAIT_TRANSFER, S.IN_TRANSFER, S.WAIT_PUBLICATION)} == {
        TO_PUBLISH
    }
