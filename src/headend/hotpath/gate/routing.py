"""From where a channel is played: which streaming server, and its address for this device."""

import logging
import re
from collections.abc import Iterator
from typing import NamedTuple

from headend.delivery.errors import MaskValueRefused, NoArchive, NoLive
from headend.delivery.ports import Period, StreamRequest
from headend.hotpath.gate.memory import Access
from headend.playback.errors import NothingToPlay
from headend.playback.ports import ChannelView, ServerView

DIRECT = 0
"""The number of the server that a channel's own address stands for."""

log = logging.getLogger(__name__)


class Wish(NamedTuple):
    """What is to be played by whom: live when there is no period. `excluded` servers have failed the device before."""

    channel: ChannelView
    period: Period | None
    token: str
    session: str
    device_ip: str
    now: int
    excluded: frozenset[int] = frozenset()
    may_multicast: bool = False


class Found(NamedTuple):
    """An address, and the number of the server it is on."""

    address: str
    server_id: int


def find_address(access: Access, wish: Wish) -> Found:
    """Choose a server and have it make the address; raises NothingToPlay.

    A channel's own address goes before all servers, the multicast address comes after them.
    """
    channel = wish.channel
    if channel.stream_url and DIRECT not in wish.excluded:
        address = channel.stream_url if wish.period is None else direct_archive(channel, wish.period, wish.now)
        if address:
            return Found(address, DIRECT)
    for server in servers_for(access, wish):
        address = _address_on(server, access, wish)
        if address:
            return Found(address, server.id)
    if wish.may_multicast and wish.period is None and channel.multicast_address:
        return Found(channel.multicast_address, DIRECT)
    raise NothingToPlay(f"no streaming server gives channel {channel.id}")


def servers_for(access: Access, wish: Wish) -> list[ServerView]:
    """The servers that may serve a wish, the best first.

    That is the one whose time shift is nearest to the account's, then one in the account's data centre, then by
    priority, in which order the line-up has them.
    """
    account = access.account
    fit = [server for server in access.station.lineup.servers if _fits(server, access, wish)]
    if len(fit) > 1:
        fit.sort(
            key=lambda server: (
                abs(server.timeshift_minutes - account.timeshift_minutes),
                account.data_centre_id is not None and server.data_centre_id != account.data_centre_id,
            )
        )
    return fit


def _fits(server: ServerView, access: Access, wish: Wish) -> bool:
    if not server.is_available or server.id in wish.excluded:
        return False
    if server.channels is not None and wish.channel.id not in server.channels:
        return False
    if server.tariffs is not None and server.tariffs.isdisjoint(access.tariffs):
        return False
    if wish.period is None:
        return server.gives_live
    reaches = not server.archive_seconds or wish.period.start >= wish.now - server.archive_seconds
    return server.gives_archive and reaches


def _address_on(server: ServerView, access: Access, wish: Wish) -> str:
    """The address on a server, "" when it cannot make one: then the next is tried, and the log says why."""
    channel = wish.channel
    asked = StreamRequest(
        stream_id=channel.stream_id or str(channel.id),
        account_id=access.account.id,
        now=wish.now,
        prefix=channel.url_prefix,
        token=wish.token,
        session=wish.session,
        device_ip=wish.device_ip or None,
    )
    try:
        if wish.period is None:
            return server.server.live_address(asked)
        return server.server.archive_address(asked, wish.period)
    except (MaskValueRefused, NoArchive, NoLive) as error:
        log.warning("server %s gives no address of channel %s: %s", server.id, channel.id, error)
        return ""


# --- the archive of a channel that has its own address, as its channel list described it ---

_PLACEHOLDER = re.compile(r"\$?\{(?P<name>[A-Za-z-]+)(?::(?P<unit>\d{1,6}))?\}")
_FLUSSONIC = re.compile(r"(?P<folder>.*/)(?:index|video|mono|mpegts)(?:\.m3u8|\.ts)?(?P<query>\?.*)?")


def direct_archive(channel: ChannelView, period: Period, now: int) -> str:
    """The address of a past period of a channel with its own address; "" when its list told of no archive."""
    mode, source = channel.catchup.get("mode", ""), channel.catchup.get("source", "")
    live = channel.stream_url
    if mode == "append" and source:
        return live + _fill(source, period, now)
    if mode == "shift":
        return f"{live}{'&' if '?' in live else '?'}utc={period.start}&lutc={now}"
    if mode.startswith("flussonic"):
        return _flussonic(live, period)
    return _fill(source, period, now) if source else ""


def _flussonic(live: str, period: Period) -> str:
    found = _FLUSSONIC.fullmatch(live)
    if not found:
        return ""
    return f"{found['folder']}archive-{period.start}-{period.duration or 'now'}.m3u8{found['query'] or ''}"


def _fill(template: str, period: Period, now: int) -> str:
    """Fill a `catchup-source` as players do; what is no placeholder of seconds stays as it is."""
    duration = period.duration if period.duration is not None else max(0, now - period.start)
    values = dict(_seconds(period.start, duration, now))

    def replaced(found: re.Match[str]) -> str:
        value = values.get(found["name"])
        return found[0] if value is None else str(value // max(1, int(found["unit"] or 1)))

    return _PLACEHOLDER.sub(replaced, template)


def _seconds(start: int, duration: int, now: int) -> Iterator[tuple[str, int]]:
    yield from ((name, start) for name in ("utc", "start"))
    yield from ((name, start + duration) for name in ("utcend", "end"))
    yield from ((name, now) for name in ("lutc", "now", "timestamp"))
    yield from (("duration", duration), ("offset", now - start))
