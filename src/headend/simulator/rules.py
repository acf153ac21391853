"""What a device does from the moment it is switched on: pure, and the same for the same dice.

A life is a generator: it gives steps and is sent the answer to each question. Whoever runs it decides what time and
network are. The order of the calls is the one of installed set-top boxes (TVMiddleware API, session flow).
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log
from random import Random
from typing import Any, NamedTuple, TypeAlias

from headend.simulator.wire import Answer


@dataclass(frozen=True, slots=True)
class Ask:
    """A call of the device API and its parameters."""

    call: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing, for so many seconds of the device's time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Oddity:
    """An answer without an error that no viewer would take."""

    what: str


Step: TypeAlias = Ask | Pause | Oddity
Life: TypeAlias = Generator[Step, Answer | None, None]


@dataclass(frozen=True, slots=True)
class Device:
    """Whose device it is: an account's number and password, and what the device calls itself.

    Without a number the device signs in by its name alone.
    """

    number: int
    password: str
    uid: str
    kind: str = "web_app"


@dataclass(frozen=True, slots=True)
class Habits:
    """How people watch. Times in seconds, shares of 1.

    `beat` is the time between two status calls, `stay` the median of what is watched, `surf` the longest look at a
    channel while surfing, which is what happens in a share `surfing` of all cases. `catch_up`, `on_demand` and `guide`
    are the shares of decisions for these; the rest goes to live channels. `views` are an evening's decisions, after
    which the device is off for about `off`. A refused device tries again after `retry`.
    """

    beat: float = 120
    stay: float = 900
    surf: float = 15
    surfing: float = 0.6
    catch_up: float = 0.08
    on_demand: float = 0.05
    guide: float = 0.12
    views: int = 30
    off: float = 4 * 3600
    retry: float = 60
    signs_out: float = 0.3


USUAL = Habits()
SIGNED_OUT = 403  # no session has this token
_SPREAD = log(3)  # of how long something is watched: a sixth of all stay three times as long as the median


def live(device: Device, api_key: str, dice: Random, habits: Habits = USUAL) -> Life:
    """A device's days, without an end."""
    while True:
        viewer = Viewer(device, dice, habits)
        yield from switch_on(viewer, api_key)
        if not viewer.token:
            yield Pause(habits.retry * (0.5 + dice.random()))
            continue
        try:
            yield from _evening(viewer)
        except _SessionOver:
            yield Pause(habits.surf * dice.random())  # and signs in again
            continue
        yield Pause(dice.expovariate(1 / habits.off))


class _SessionOver(Exception):  # noqa: N818 - no error: a session may be taken over or ended
    """The device's token stands for no session any more."""


class Channel(NamedTuple):
    """What a device needs to know of a channel."""

    id: Any
    has_record: bool


class Viewer:
    """What a device that is on remembers."""

    def __init__(self, device: Device, dice: Random, habits: Habits = USUAL) -> None:
        self.device = device
        self.dice = dice
        self.habits = habits
        self.token = ""
        self.listed: Answer | None = None

    def ask(self, call: str, **parameters: Any) -> Ask:
        """A call of this device, with its token once it has one."""
        own = {"authkey": self.token} if self.token else {}
        return Ask(call, {"device": self.device.kind, **own, **parameters})

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Its channel list, read when it is first needed: most of a list's cost is reading it."""
        rows, self.listed = _rows(self.listed, "channels"), None
        return _kept_once(tuple(Channel(row["id"], bool(row.get("has_record"))) for row in rows))

    def favourite(self, among: Sequence[Any]) -> Any:
        """One of several, the first ones oftener: nearly half of all looks go to a tenth of the channels."""
        return among[int(len(among) * self.dice.random() ** 3)]


@lru_cache(maxsize=1000)
def _kept_once(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    """A list that many devices have is in memory once."""
    return channels


def switch_on(viewer: Viewer, api_key: str) -> Life:
    """Settings, sign-in, channel list, categories, status; without a token at the end, it was not let in."""
    device = viewer.device
    yield viewer.ask("/portal/settings/list/", api_key=api_key)
    account = {"abonement": device.number, "password": device.password} if device.number else {}
    signed_in = yield viewer.ask("/login/", api_key=api_key, device_uid=device.uid, **account)
    viewer.token = str(signed_in.fields.get("authkey", "")) if signed_in else ""
    if not viewer.token:
        return
    viewer.listed = yield viewer.ask("/channel/list/", compact=1)
    yield viewer.ask("/category/list/")
    yield viewer.ask("/account/status/")


def _evening(viewer: Viewer) -> Life:
    habits, dice = viewer.habits, viewer.dice
    if not viewer.channels:
        yield Oddity("a channel list without channels")
        return
    for _ in range(1 + int(dice.expovariate(1 / habits.views))):
        yield from _decide(viewer)
    if dice.random() < habits.signs_out:
        yield viewer.ask("/logout/")


def _asked(viewer: Viewer, call: str, **parameters: Any) -> Generator[Step, Answer | None, Answer | None]:
    answer = yield viewer.ask(call, **parameters)
    if answer and answer.error == SIGNED_OUT:
        raise _SessionOver
    return answer


def _decide(viewer: Viewer) -> Life:
    habits, at = viewer.habits, viewer.dice.random()
    if at < habits.guide:
        yield from _read_guide(viewer)
    elif at < habits.guide + habits.catch_up:
        yield from _catch_up(viewer)
    elif at < habits.guide + habits.catch_up + habits.on_demand:
        yield from _choose_film(viewer)
    else:
        yield from _zap(viewer)


def _zap(viewer: Viewer) -> Life:
    channel = viewer.favourite(viewer.channels)
    yield from _asked(viewer, "/channel/programs/", cid=channel.id, limit=24)
    found = yield from _asked(viewer, "/channel/url/", cid=channel.id, redirect=0)
    yield from _watch(viewer, found, "a channel of the list without an address")


def _read_guide(viewer: Viewer) -> Life:
    for _ in range(1 + viewer.dice.randrange(4)):
        yield from _asked(viewer, "/program/list/", cid=viewer.favourite(viewer.channels).id)
        yield Pause(2 + viewer.dice.random() * viewer.habits.surf)


def _catch_up(viewer: Viewer) -> Life:
    recorded = [channel for channel in viewer.channels if channel.has_record]
    if not recorded:
        yield from _zap(viewer)
        return
    channel = viewer.favourite(recorded)
    told = yield from _asked(viewer, "/program/list/", cid=channel.id)
    past = [each for each in _rows(told, "programs") if each.get("has_record")]
    if past:
        programme = viewer.dice.choice(past)
        found = yield from _asked(viewer, "/program/url/", cid=channel.id, pid=programme["id"], redirect=0)
        yield from _watch(viewer, found, "a recorded programme without an address")


def _choose_film(viewer: Viewer) -> Life:
    told = yield from _asked(viewer, "/video/list/", limit=24, page=1)
    films = _rows(told, "videos")
    if not films:
        return
    film = viewer.favourite(films)
    yield from _asked(viewer, "/video/detail/", vid=film["id"])
    yield Pause(viewer.habits.surf)
    found = yield from _asked(viewer, "/video/url/", vid=film["id"], redirect=0)
    yield from _watch(viewer, found, "a film without an address")


def _watch(viewer: Viewer, found: Answer | None, oddity: str) -> Life:
    """Stay for a while, and tell so now and then, if there is something to watch."""
    if found is None or found.error:
        yield Pause(viewer.habits.surf)
        return
    if not found.fields.get("uri"):
        yield Oddity(oddity)
    left = _length(viewer)
    while left > viewer.habits.beat:
        yield Pause(viewer.habits.beat)
        left -= viewer.habits.beat
        status = yield from _asked(viewer, "/account/status/")
        if status and status.fields.get("status"):
            raise _SessionOver
    yield Pause(left)


def _length(viewer: Viewer) -> float:
    habits, dice = viewer.habits, viewer.dice
    if dice.random() < habits.surfing:
        return 1 + dice.random() * habits.surf
    return dice.lognormvariate(log(habits.stay), _SPREAD)


def _rows(answer: Answer | None, name: str) -> Sequence[Mapping[str, Any]]:
    """The objects of a list that have a number; whatever else stands there, devices make nothing of it."""
    rows = answer.fields.get(name) if answer else None
    numbered = rows if isinstance(rows, list) else []
    return [row for row in numbered if isinstance(row, dict) and isinstance(row.get("id"), int | str)]
