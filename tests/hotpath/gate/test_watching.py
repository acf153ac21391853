"""Plays, beats, attempts and figures."""

from headend.hotpath.gate import counters
from headend.hotpath.gate.counters import BOUNDS, Counter
from headend.hotpath.gate.memory import Holder
from headend.hotpath.gate.watching import Beats, begin_play, end_play, plays_of, prolong_play, sweep_plays
from headend.kernel.limits import Buckets
from headend.playback.rules import PLAY_LAPSES_AFTER, Play


def test_a_new_stream_of_a_device_replaces_its_old_one() -> None:
    holder = Holder()
    begin_play(holder, "box", 11, 100)
    begin_play(holder, "phone", 11, 100)
    begin_play(holder, "box", 12, 160)
    assert plays_of(holder) == {"box": Play(12, 160, 160), "phone": Play(11, 100, 100)}
    assert plays_of(Holder()) == {}


def test_a_beat_prolongs_what_is_watched_and_begins_nothing() -> None:
    holder = Holder()
    prolong_play(holder, "box", 50)
    begin_play(holder, "box", 11, 100)
    prolong_play(holder, "box", 300)
    prolong_play(holder, "phone", 300)
    assert plays_of(holder) == {"box": Play(11, 100, 300)}
    prolong_play(holder, "box", 300 + PLAY_LAPSES_AFTER)  # too late: it had stopped counting
    assert plays_of(holder) == {"box": Play(11, 100, 300)}


def test_plays_end_by_signing_out_and_by_lapsing() -> None:
    holder, other = Holder(), Holder()
    begin_play(holder, "box", 11, 100)
    begin_play(holder, "phone", 11, 200)
    end_play(holder, "box")
    end_play(other, "box")
    assert sweep_plays([holder, other], 200 + PLAY_LAPSES_AFTER - 1) == 1
    assert plays_of(holder) == {"phone": Play(11, 200, 200)}
    assert sweep_plays([holder, other], 200 + PLAY_LAPSES_AFTER) == 0
    assert plays_of(holder) == {}


def test_beats_are_taken_once_and_the_last_of_a_session_counts() -> None:
    beats = Beats()
    beats.note("a", 1, "x")
    beats.note("b", 2, "y")
    beats.note("a", 3, "z")
    assert beats.take() == {"a": (3, "z"), "b": (2, "y")}
    assert beats.take() == {}


def test_beats_that_could_not_be_written_are_kept_but_not_without_end() -> None:
    beats = Beats(most=3)
    beats.note("a", 5, "new")
    beats.put_back({"a": (1, "old"), "b": (1, ""), "c": (1, ""), "d": (1, "")})
    assert beats.take() == {"c": (1, ""), "d": (1, ""), "a": (5, "new")}
    for number in range(100):
        beats.note(str(number), number, "")
    assert len(beats) < 6
    assert list(beats.take())[-1] == "99"


def test_buckets_empty_and_fill_again() -> None:
    buckets = Buckets(2, 0.5)
    assert [buckets.take("a", now) for now in (0, 0, 0, 1, 2, 2)] == [True, True, False, False, True, False]
    assert buckets.take("b", 2)
    buckets.give_back("a")
    assert buckets.take("a", 2)
    assert not buckets.take("a", 2)
    assert [buckets.take("a", now) for now in (1000, 1000, 1000)] == [True, True, False]


def test_counting() -> None:
    counter = Counter("login")
    counter.count(0, 0.0001)
    counter.count(0, 99)
    counter.count(1, 0.3)
    answers, seconds = counters.collect([counter])
    assert [(sample.labels, sample.value) for sample in answers.samples] == [
        ({"call": "login", "error": "0"}, 2),
        ({"call": "login", "error": "1"}, 1),
    ]
    by_name = {(sample.name, sample.labels.get("le")): sample.value for sample in seconds.samples}
    assert by_name["headend_gate_seconds_bucket", "0.0001"] == 1
    assert by_name["headend_gate_seconds_bucket", "0.5"] == 2
    assert by_name["headend_gate_seconds_bucket", "+Inf"] == 3
    assert by_name["headend_gate_seconds_count", None] == 3
    assert by_name["headend_gate_seconds_sum", None] == 99.3001
    assert len(seconds.samples) == len(BOUNDS) + 3
