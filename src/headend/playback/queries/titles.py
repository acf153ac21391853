"""From where a file of a title is played: which streaming server, and its address for this device."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from headend.delivery.models import ContentKind, Maintenance, StreamingServer
from headend.delivery.ports import StreamRequest
from headend.kernel.errors import HeadendError
from headend.playback.errors import NothingToPlay
from headend.playback.queries.lineups import ServerTools, make_server
from headend.vod.models import Asset

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileWish:
    """Who wants to play a file. `tariffs` are those the account holds, `excluded` servers have failed the device
    before; `token`, `session` and `device_ip` are as in `StreamRequest`.
    """

    account_id: int
    now: datetime
    tariffs: frozenset[int] = frozenset()
    data_centre_id: int | None = None
    excluded: frozenset[int] = frozenset()
    token: str = ""
    session: str = ""
    device_ip: str = ""


def file_address(asset: Asset, wish: FileWish, tools: ServerTools) -> tuple[str, int]:
    """The address of a file and the number of the server it is on; raises NothingToPlay.

    A file whose name is a whole address is played from there, and no server (0) is named.
    """
    if asset.file_name.startswith(("http://", "https://")):
        return asset.file_name, 0
    request = StreamRequest(
        stream_id=asset.file_name,
        account_id=wish.account_id,
        now=int(wish.now.timestamp()),
        token=wish.token,
        session=wish.session,
        device_ip=wish.device_ip or None,
    )
    for record in servers_for(asset, wish) if asset.file_name else ():
        try:
            return make_server(record, tools).vod_address(request, asset.duration_seconds), record.pk
        except HeadendError as error:
            log.warning("server %s gives no address of file %s: %s", record.pk, asset.pk, error)
    raise NothingToPlay(f"no streaming server gives file {asset.pk}")


def servers_for(asset: Asset, wish: FileWish) -> Iterator[StreamingServer]:
    """The servers that may give a file, the best first: one in the account's data centre, then by priority."""
    enabled = StreamingServer.objects.of(asset.operator_id).filter(content=ContentKind.VOD, is_enabled=True)
    named = set(asset.title.servers.values_list("pk", flat=True))
    if named:
        enabled = enabled.filter(pk__in=named)
    fit = enabled.filter(Q(data_centre=None) | Q(data_centre__is_enabled=True)).exclude(pk__in=wish.excluded)
    interrupted = _interrupted(asset.operator_id, wish.now)
    found = [each for each in fit.prefetch_related("tariffs").order_by("priority", "pk") if each.pk not in interrupted]
    found.sort(key=lambda each: wish.data_centre_id is not None and each.data_centre_id != wish.data_centre_id)
    for each in found:
        wanted = {tariff.pk for tariff in each.tariffs.all()}
        if not wanted or wanted & wish.tariffs:
            yield each


def _interrupted(operator_id: int, now: datetime) -> set[int]:
    running = Maintenance.objects.of(operator_id).filter(
        Q(ends_at=None) | Q(ends_at__gt=now), begins_at__lte=now, is_unavailable=True, is_finished=False
    )
    return {number for number in running.values_list("servers", flat=True) if number is not None}
