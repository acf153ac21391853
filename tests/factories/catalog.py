"""Channels, guides and tariffs for tests."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from tests.factories.operators import make_operator

from headend.catalog.models import Category, Channel, GuideChannel, GuideSource, Programme, Tariff, VirtualTariff
from headend.operators.models import Operator

_number = count(1)


def make_category(*, operator: Operator | None = None, **fields: Any) -> Category:
    fields.setdefault("name", f"Category {next(_number)}")
    return Category.objects.create(operator=operator or make_operator(), **fields)


def make_channel(*, operator: Operator | None = None, **fields: Any) -> Channel:
    fields.setdefault("name", f"Channel {next(_number)}")
    return Channel.objects.create(operator=operator or make_operator(), **fields)


def make_tariff(*, operator: Operator | None = None, channels: Iterable[Channel] = (), **fields: Any) -> Tariff:
    """A tariff with these channels; one basic and one additional session unless told otherwise."""
    fields.setdefault("name", f"Tariff {next(_number)}")
    tariff = Tariff.objects.create(operator=operator or make_operator(), **fields)
    tariff.channels.set(channels)
    return tariff


def make_guide_source(**fields: Any) -> GuideSource:
    """A source that serves all operators."""
    fields.setdefault("name", f"Guide {next(_number)}")
    return GuideSource.objects.create(**fields)


def make_guide_channel(*, source: GuideSource | None = None, **fields: Any) -> GuideChannel:
    number = next(_number)
    fields.setdefault("guide_id", f"guide{number}")
    fields.setdefault("name", f"Guide channel {number}")
    return GuideChannel.objects.create(source=source or make_guide_source(), **fields)


def make_programme(
    *, guide_channel: GuideChannel | None = None, start: int = 0, stop: int | None = None, **fields: Any
) -> Programme:
    """A programme, half an hour long unless `stop` says otherwise; times in seconds since the epoch."""
    fields.setdefault("title", f"Programme {next(_number)}")
    return Programme.objects.create(
        guide_channel=guide_channel or make_guide_channel(),
        start=start,
        stop=start + 1800 if stop is None else stop,
        **fields,
    )


def make_virtual_tariff(
    *, operator: Operator | None = None, tariffs: Iterable[Tariff] = (), **fields: Any
) -> VirtualTariff:
    fields.setdefault("name", f"Bundle {next(_number)}")
    virtual = VirtualTariff.objects.create(operator=operator or make_operator(), **fields)
    virtual.tariffs.set(tariffs)
    return virtual
