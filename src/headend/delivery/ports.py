"""What the platform asks of a streaming server, and what an encoder hands to the built-in origin.

A `StreamingServer` turns a request into an address. It is pure: it calls nobody, keeps nothing, and may be asked
from many threads at once; the gate calls it for every zap.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, NamedTuple, Protocol, TypeAlias

import msgspec


class StreamRequest(NamedTuple):
    """One device that may watch one channel, or one file of a title on demand, now.

    `stream_id` is the channel's id for streaming servers, or its own id; of a file its name, which may have folders;
    `prefix` the channel's address prefix;
    `token` the session's token, which a server may ask us about; `session` the key of the device's session, which
    stands readable in addresses and must open nothing by itself; `device_ip` the device's address when known; `now`
    seconds since the epoch.
    """

    stream_id: str
    account_id: int
    now: int
    prefix: str = ""
    token: str = ""
    session: str = ""
    device_ip: str | None = None


class Period(NamedTuple):
    """A stretch of the archive: `start` in seconds since the epoch, `duration` in seconds.

    Without a duration it runs on with the clock: start-over, and live television after a pause.
    """

    start: int
    duration: int | None = None


class CatchUpMode(StrEnum):
    """How a player finds the archive of a channel in an M3U list: the values of its `catchup` attribute."""

    DEFAULT = "default"  # `source` is the whole address
    APPEND = "append"  # the live address with `source` behind it
    SHIFT = "shift"  # the live address with utc= and lutc=
    FLUSSONIC = "flussonic"  # the player makes Flussonic's addresses out of the live one


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What an M3U writer says of a channel's archive.

    `source` is the `catchup-source` attribute: an address with the player's placeholders `${start}`, `${end}`,
    `${now}` (seconds since the epoch), `${duration}` (seconds) and `{offset:1}` (seconds ago); already encoded.
    """

    mode: CatchUpMode
    days: int
    source: str


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """What an adapter is made from; which fields count is said by the adapter.

    The masks are those of live, archive and files of titles on demand. `secret` signs addresses; `bind_to_address`
    makes them good for the device's address alone (when it is known); `ttl_seconds` is how long an address stays good;
    `shift_seconds` how far behind the clock the server plays.
    """

    base_url: str = ""
    mask: str = ""
    archive_mask: str = ""
    vod_mask: str = ""
    secret: str = ""
    ttl_seconds: int = 3600
    bind_to_address: bool = False
    shift_seconds: int = 0


class StreamingServer(Protocol):
    """A server that devices get their streams from."""

    def live_address(self, request: StreamRequest) -> str:
        """Give the address of the channel as it is now; raises NoLive or MaskValueRefused."""

    def archive_address(self, request: StreamRequest, period: Period) -> str:
        """Give the address of a past or running period; raises NoArchive or MaskValueRefused."""

    def vod_address(self, request: StreamRequest, seconds: int) -> str:
        """Give the address of a file, `seconds` long (0 when unknown); raises NoFiles or MaskValueRefused."""

    def catch_up(self, request: StreamRequest, days: int) -> CatchUp | None:
        """Say how a player makes archive addresses by itself; None when it cannot, for it could not sign them.

        An M3U writer then lets the player come to us, who answer with `archive_address`.
        """


StreamingServerFactory: TypeAlias = Callable[[ServerConfig], StreamingServer]
"""Raises ServerConfigRefused or MaskRefused: calling it is how a configuration is checked when it is saved."""


class Place(NamedTuple):
    """Where an address is: the country's two letters (ISO 3166-1 alpha-2, capitals), the city's name; "" if unknown."""

    country: str = ""
    city: str = ""


NOWHERE = Place()


class GeoLocator(Protocol):
    """Says where an IP address is. Asked on the gate's event loop, so it answers from memory within microseconds."""

    def __call__(self, address: str) -> Place:
        """Locate an address; NOWHERE for private and unknown ones, and for text that is no address."""


def locate_nothing(address: str) -> Place:
    """The locator of a service without a database of addresses: nobody's country is known, so nobody is shut out."""
    del address
    return NOWHERE


LOOP_MANIFEST = "loop.json"
"""A folder is a finished loop when it has this file; segments lie beside it as `<rendition>/<number>.ts`."""


class LoopRendition(msgspec.Struct, frozen=True):
    """One quality of a loop: `codecs` as in RFC 6381, rates in bit/s, `frame_rate` in Hz, pixels."""

    name: str
    width: int
    height: int
    frame_rate: float
    codecs: str
    peak_rate: int
    average_rate: int


class LoopManifest(msgspec.Struct, frozen=True):
    """A loop: MPEG-TS segments which every rendition cuts at the same moments.

    `durations` are those of the segments in microseconds; `revision` changes with the content and stands in the
    segments' addresses, which can therefore be cached for good.
    """

    name: str
    revision: str
    durations: Annotated[tuple[Annotated[int, msgspec.Meta(gt=0)], ...], msgspec.Meta(min_length=1)]
    renditions: Annotated[tuple[LoopRendition, ...], msgspec.Meta(min_length=1)]
