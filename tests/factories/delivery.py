"""Data centres, streaming servers and maintenance for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.factories.operators import make_operator

from headend.catalog.models import Channel, Tariff
from headend.delivery.models import DataCentre, Maintenance, StreamingServer
from headend.operators.models import Operator

_number = count(1)


def make_data_centre(*, operator: Operator | None = None, **fields: Any) -> DataCentre:
    fields.setdefault("name", f"Data centre {next(_number)}")
    return DataCentre.objects.create(operator=operator or make_operator(), **fields)


def make_streaming_server(
    *,
    operator: Operator | None = None,
    channels: Iterable[Channel] = (),
    tariffs: Iterable[Tariff] = (),
    **fields: Any,
) -> StreamingServer:
    """A server with an address mask, for everything unless channels or tariffs are named."""
    fields.setdefault("name", f"Server {next(_number)}")
    fields.setdefault("mask", "http://edge.example/$cid/index.m3u8")
    fields.setdefault("archive_mask", "http://edge.example/$cid/archive-$flpbt-$flpdur.m3u8")
    server = StreamingServer.objects.create(operator=operator or make_operator(), **fields)
    server.channels.set(channels)
    server.tariffs.set(tariffs)
    return server


def make_maintenance(
    *,
    operator: Operator | None = None,
    channels: Iterable[Channel] = (),
    servers: Iterable[StreamingServer] = (),
    **fields: Any,
) -> Maintenance:
    """An interruption of these channels and servers that began with the epoch and has no end."""
    fields.setdefault("begins_at", datetime.fromtimestamp(0, UTC))
    maintenance = Maintenance.objects.create(operator=operator or make_operator(), **fields)
    maintenance.channels.set(channels)
    maintenance.servers.set(servers)
    return maintenance
