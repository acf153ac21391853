"""Which blocks are shown: for every week, history and cap, and by example."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headend.advertising.rules import (
    Block,
    Cap,
    Movie,
    Occasion,
    Shown,
    choose_blocks,
    fits,
    is_on,
    order_movies,
)

MONDAY = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
NOW = int(MONDAY.timestamp())

patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # on a machine that is busy
some = st.frozensets(st.integers(1, 4), max_size=3)
blocks = st.lists(
    st.builds(
        Block,
        id=st.integers(1, 12),
        priority=st.integers(0, 3),
        days=st.frozensets(st.integers(1, 7), min_size=1),
        begins=st.integers(0, 1439),
        ends=st.integers(0, 1439),
        channels=st.none() | some,
        tariffs=st.none() | some,
        on_channels=st.booleans(),
        on_videos=st.booleans(),
        most_shows=st.integers(0, 3),
    ),
    max_size=8,
    unique_by=lambda block: block.id,
)
histories = st.lists(st.builds(Shown, st.integers(1, 12), st.integers(NOW - 9000, NOW)), max_size=15)
occasions = st.builds(
    Occasion, local=st.just(MONDAY), now=st.just(NOW), channel_id=st.none() | st.integers(1, 4), tariffs=some
)
caps = st.builds(Cap, interval=st.integers(1, 7200), most_blocks=st.integers(0, 6), at_once=st.integers(1, 4))


@patient
@given(blocks, histories, occasions, caps)
def test_never_more_than_the_caps_allow_and_nothing_that_does_not_fit(every, shown, occasion, cap) -> None:
    choice = choose_blocks(every, shown, occasion, cap)
    recent = [each for each in shown if each.at > NOW - cap.interval]
    assert len(choice.blocks) <= cap.at_once
    assert not choice.blocks or len(recent) + len(choice.blocks) <= cap.most_blocks
    for block in choice.blocks:
        assert fits(block, occasion)
        assert not block.most_shows or sum(each.block_id == block.id for each in recent) < block.most_shows
    order = [(block.priority, block.id) for block in choice.blocks]
    assert order == sorted(set(order))


@patient
@given(blocks, histories, occasions, caps)
def test_when_only_the_cap_is_in_the_way_it_says_until_when(every, shown, occasion, cap) -> None:
    """At the moment it names a block is shown, if one fits then, and a second before none is."""
    choice = choose_blocks(every, shown, occasion, cap)
    fitting = [block for block in every if fits(block, occasion)]
    assert (choice.next_at is not None) == (bool(fitting) and not choice.blocks)
    if choice.next_at is None:
        return
    assert NOW < choice.next_at <= NOW + cap.interval

    def later(moment: int) -> Occasion:
        return Occasion(occasion.local, moment, occasion.channel_id, occasion.tariffs)

    assert choose_blocks(every, shown, later(choice.next_at - 1), cap).blocks == ()
    if cap.most_blocks:
        assert choose_blocks(every, shown, later(choice.next_at), cap).blocks


@given(st.integers(0, 1439), st.integers(0, 1439), st.frozensets(st.integers(1, 7), min_size=1), st.integers(0, 10079))
def test_a_block_and_what_is_between_its_ends_make_the_whole_week(begins, ends, days, minute) -> None:
    """At any minute either the window is open or the one turned inside out is, for blocks of every day."""
    local = MONDAY + timedelta(minutes=minute)
    if begins != ends:
        inside, outside = (is_on(Block(1, begins=a, ends=b), local) for a, b in ((begins, ends), (ends, begins)))
        assert inside != outside
    if is_on(Block(1, days=days, begins=begins, ends=ends), local):
        assert {local.isoweekday(), (local - timedelta(days=1)).isoweekday()} & days


def test_over_midnight_belongs_to_the_day_it_began() -> None:
    night = Block(1, days=frozenset([1]), begins=23 * 60, ends=60)
    assert is_on(night, MONDAY.replace(hour=23))
    assert is_on(night, MONDAY.replace(hour=0, minute=59) + timedelta(days=1))
    assert not is_on(night, MONDAY.replace(hour=0, minute=59))


def test_the_next_moment_by_example() -> None:
    shown = [Shown(1, NOW - 3000), Shown(2, NOW - 2000), Shown(1, NOW - 10)]
    occasion = Occasion(MONDAY, NOW, 1)
    assert choose_blocks([Block(1)], shown, occasion, Cap(3600, 3)).next_at == NOW + 600
    assert choose_blocks([Block(1)], shown, occasion, Cap(3600, 2)).next_at == NOW + 1600
    assert choose_blocks([Block(1, most_shows=2)], shown, occasion, Cap(3600, 9)).next_at == NOW + 600
    both = choose_blocks([Block(1, most_shows=1), Block(3)], shown, occasion, Cap(3600, 9, at_once=5))
    assert [block.id for block in both.blocks] == [3]


@given(st.lists(st.builds(Movie, st.integers(), st.integers(0, 4000), st.integers(0, 4000))), st.integers(0, 2000))
def test_movies_lose_and_gain_nothing(movies, width) -> None:
    shuffled = order_movies(movies, Random(1), width, 0)
    plain = order_movies(movies, None, width, 0)
    assert sorted(shuffled) == sorted(plain)
    assert plain == movies or all(movie.width <= width for movie in plain)
    assert bool(plain) == bool(movies)
