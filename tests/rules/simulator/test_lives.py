"""What devices do: in order, only what they may, the same for the same dice, and whatever a service answers."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from headend.simulator.rules import SIGNED_OUT, Ask, Device, Habits, Oddity, Pause, Step, live
from headend.simulator.wire import Answer

DEVICE = Device(10_001, "secret", "00:1A:79:00:00:01")
CHANNELS = [{"id": number, "has_record": number % 2} for number in range(1, 101)]
FIELDS: dict[str, Any] = {
    "/login/": {"authkey": "a token"},
    "/channel/list/": {"channels": CHANNELS},
    "/channel/url/": {"uri": "http://edge.example/1"},
    "/program/list/": {"programs": [{"id": 7, "has_record": 1}, {"id": 8, "has_record": 0}]},
    "/program/url/": {"uri": "http://edge.example/2"},
    "/video/list/": {"videos": [{"id": 70}]},
    "/video/url/": {"uri": "http://edge.example/3"},
}


def usual(step: Ask) -> Answer | None:
    return Answer(json.dumps({**FIELDS.get(step.call, {}), "error": 0}).encode())


def steps(seed: object = 1, answer: Callable[[Ask], Answer | None] = usual, **habits: Any) -> Iterator[Step]:
    """The steps of a life, in which every question is answered."""
    life = live(DEVICE, "a key", Random(f"{seed}"), Habits(**habits))
    given_back: Answer | None = None
    while True:
        step = life.send(given_back)
        yield step
        given_back = answer(step) if isinstance(step, Ask) else None


def asked(count: int, *arguments: Any, **options: Any) -> list[Ask]:
    return [step for step in islice(steps(*arguments, **options), count) if isinstance(step, Ask)]


def test_it_begins_as_installed_boxes_do() -> None:
    first = asked(8)[:5]
    assert [step.call for step in first] == [
        "/portal/settings/list/",
        "/login/",
        "/channel/list/",
        "/category/list/",
        "/account/status/",
    ]
    assert first[1].parameters == {
        "device": "web_app",
        "api_key": "a key",
        "abonement": 10_001,
        "password": "secret",
        "device_uid": "00:1A:79:00:00:01",
    }
    assert all(step.parameters["authkey"] == "a token" for step in first[2:])


def test_the_same_dice_make_the_same_life_and_others_another() -> None:
    assert list(islice(steps(1), 500)) == list(islice(steps(1), 500))
    assert list(islice(steps(1), 500)) != list(islice(steps(2), 500))


def test_a_long_life_has_some_of_everything_and_mostly_zapping() -> None:
    calls = Counter(step.call for step in asked(30_000))
    assert set(calls) == {
        *("/portal/settings/list/", "/login/", "/channel/list/", "/category/list/", "/account/status/", "/logout/"),
        *("/channel/programs/", "/channel/url/", "/program/list/", "/program/url/"),
        *("/video/list/", "/video/detail/", "/video/url/"),
    }
    assert calls["/channel/url/"] == calls["/channel/programs/"] > 5 * calls["/program/url/"] > calls["/video/url/"]
    assert 0.05 < calls["/logout/"] / calls["/login/"] < 0.6


def test_the_first_channels_are_watched_most() -> None:
    looks = Counter(step.parameters["cid"] for step in asked(30_000) if step.call == "/channel/url/")
    assert sum(times for channel, times in looks.items() if channel <= 10) > 0.4 * looks.total()


def test_only_what_was_recorded_is_caught_up() -> None:
    caught = [step.parameters for step in asked(20_000) if step.call == "/program/url/"]
    assert caught
    assert all(each["cid"] % 2 == 1 and each["pid"] == 7 for each in caught)


def test_whoever_is_not_let_in_waits_and_tries_again() -> None:
    def closed(step: Ask) -> Answer | None:
        return Answer(b'{"error":1,"error_message":"account not found"}') if step.call == "/login/" else usual(step)

    seen = list(islice(steps(1, closed), 30))
    assert {step.call for step in seen if isinstance(step, Ask)} == {"/portal/settings/list/", "/login/"}
    assert all(step.seconds >= 30 for step in seen if isinstance(step, Pause))
    assert sum(isinstance(step, Pause) for step in seen) == 10


def test_a_session_that_is_over_is_begun_anew() -> None:
    def ended(step: Ask) -> Answer | None:
        return Answer(b'{"error":403,"error_message":"x"}') if step.call == "/channel/url/" else usual(step)

    calls = [step.call for step in asked(300, 1, ended, guide=0, catch_up=0, on_demand=0)]
    after = {calls[place + 1] for place, call in enumerate(calls[:-1]) if call == "/channel/url/"}
    assert after == {"/portal/settings/list/"}
    assert SIGNED_OUT == 403


def test_a_beat_that_says_so_ends_the_session_too() -> None:
    def off(step: Ask) -> Answer | None:
        return Answer(b'{"status":1,"error":0}') if step.call == "/account/status/" else usual(step)

    calls = [step.call for step in asked(2000, 1, off, guide=0, catch_up=0, on_demand=0, surfing=0)]
    later = [
        place
        for place, call in enumerate(calls[:-1])
        if call == "/account/status/" and calls[place - 1] != "/category/list/"
    ]
    assert later
    assert {calls[place + 1] for place in later} == {"/portal/settings/list/"}


def test_what_no_viewer_would_take_is_told() -> None:
    def empty(step: Ask) -> Answer | None:
        return Answer(b'{"error":0,"uri":""}') if step.call == "/channel/url/" else usual(step)

    assert Oddity("a channel of the list without an address") in list(islice(steps(1, empty), 300))

    def nothing(step: Ask) -> Answer | None:
        return Answer(b'{"error":0,"channels":[]}') if step.call == "/channel/list/" else usual(step)

    assert Oddity("a channel list without channels") in list(islice(steps(1, nothing), 300))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "channels", "programs", "videos", "uri", "status", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.data(), st.integers())
def test_it_goes_on_whatever_a_service_answers(data: st.DataObject, seed: int) -> None:
    def strange(step: Ask) -> Answer | None:
        if step.call == "/login/":
            return usual(step)
        kind = data.draw(st.sampled_from(["none", "bytes", "fields"]))
        if kind == "none":
            return None
        if kind == "bytes":
            return Answer(data.draw(st.binary(max_size=30)))
        return Answer(json.dumps({"error": 0, "channels": [{"id": 1}], "programs": data.draw(ANYTHING)}).encode())

    for step in islice(steps(seed, strange), 60):
        assert not isinstance(step, Pause) or step.seconds >= 0


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer(body: bytes) -> None:
    answer = Answer(body)
    assert isinstance(answer.error, int)
    assert isinstance(answer.reason, str)
