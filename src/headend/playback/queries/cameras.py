"""From where a camera is played. The choice is the gate's (`hotpath.gate.routing`), made from the records."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from headend.cameras.models import Camera
from headend.delivery.errors import MaskValueRefused, NoLive
from headend.delivery.ports import StreamRequest
from headend.playback.errors import NothingToPlay
from headend.playback.ports import ServerView
from headend.playback.queries.lineups import ServerTools, maintenance_of, servers_of
from headend.subscribers.models import Account

DIRECT = 0
"""The number of the server that a camera's own address stands for."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CameraWish:
    """Who wants to watch a camera. `tariffs` are those that count for the account now; `excluded` servers have failed
    the device before; `token` and `session` go into signed addresses.
    """

    account: Account
    moment: datetime
    tariffs: frozenset[int] = frozenset()
    token: str = ""
    session: str = ""
    device_ip: str = ""
    excluded: frozenset[int] = frozenset()
    may_multicast: bool = False


def camera_address(camera: Camera, wish: CameraWish, tools: ServerTools) -> tuple[str, int]:
    """Give a camera's address and the number of the server it is on (DIRECT for its own). Raises NothingToPlay.

    Servers are the ones that the camera names, else those that serve every channel. The nearest time shift goes first,
    then the account's data centre, then priority.
    """
    if camera.stream_url and DIRECT not in wish.excluded:
        return camera.stream_url, DIRECT
    for server in _servers_for(camera, wish, tools):
        address = _address_on(server, camera, wish)
        if address:
            return address, server.id
    if camera.multicast_address and wish.may_multicast:
        return camera.multicast_address, DIRECT
    raise NothingToPlay(f"no streaming server gives camera {camera.pk}")


def _servers_for(camera: Camera, wish: CameraWish, tools: ServerTools) -> Iterable[ServerView]:
    account = wish.account
    _, interrupted = maintenance_of(account.operator, wish.moment)
    named = set(camera.streaming_servers.values_list("pk", flat=True))
    minutes = account.timeshift_minutes if account.use_timeshift else 0
    fit = [
        server
        for server in servers_of(account.operator, interrupted, tools, wish.moment)
        if (server.id in named if named else server.channels is None) and _fits(server, wish)
    ]
    elsewhere = account.data_centre_id is not None
    return sorted(
        fit,
        key=lambda s: (abs(s.timeshift_minutes - minutes), elsewhere and s.data_centre_id != account.data_centre_id),
    )


def _fits(server: ServerView, wish: CameraWish) -> bool:
    is_sold = server.tariffs is None or not server.tariffs.isdisjoint(wish.tariffs)
    return server.is_available and server.gives_live and is_sold and server.id not in wish.excluded


def _address_on(server: ServerView, camera: Camera, wish: CameraWish) -> str:
    asked = StreamRequest(
        stream_id=camera.stream_id or str(camera.pk),
        account_id=wish.account.pk,
        now=int(wish.moment.timestamp()),
        prefix=camera.url_prefix,
        token=wish.token,
        session=wish.session,
        device_ip=wish.device_ip or None,
    )
    try:
        return server.server.live_address(asked)
    except (MaskValueRefused, NoLive) as error:
        log.warning("server %s gives no address of camera %s: %s", server.id, camera.pk, error)
        return ""
