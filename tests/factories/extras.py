"""Radio, cameras, games, HbbTV and advertising for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.db.models import Model
from tests.factories.catalog import make_channel
from tests.factories.operators import make_operator

from headend.advertising.models import AdBlock, AdMovie, AdProvider, AdSettings, AdShow
from headend.cameras.models import AccountCamera, Camera, City
from headend.catalog.models import Channel, HbbChannel, HbbEvent, HbbProvider, HbbReport, Radio, Tariff
from headend.games.models import Game, GameRecord
from headend.operators.models import Operator
from headend.subscribers.models import Account

_number = count(1)


def make_radio(*, operator: Operator | None = None, tariffs: Iterable[Tariff] = (), **fields: Any) -> Radio:
    fields.setdefault("name", f"Radio {next(_number)}")
    fields.setdefault("stream_url", "http://radio.example/stream")
    radio = Radio.objects.create(operator=operator or make_operator(), **fields)
    radio.tariffs.set(tariffs)
    return radio


def make_camera(
    *,
    operator: Operator | None = None,
    tariffs: Iterable[Tariff] = (),
    accounts: Iterable[Account] = (),
    **fields: Any,
) -> Camera:
    """A camera of these tariffs, bound to these accounts, with an address of its own unless told otherwise."""
    fields.setdefault("name", f"Camera {next(_number)}")
    fields.setdefault("stream_url", "http://cameras.example/1.m3u8")
    camera = Camera.objects.create(operator=operator or make_operator(), **fields)
    camera.tariffs.set(tariffs)
    for account in accounts:
        AccountCamera.objects.create(account=account, camera=camera, is_bound=True)
    return camera


def make_game(*, operator: Operator | None = None, **fields: Any) -> Game:
    number = next(_number)
    fields.setdefault("name", f"Game {number}")
    fields.setdefault("system_name", f"game{number}")
    return Game.objects.create(operator=operator or make_operator(), **fields)


def make_hbb_channel(*, channel: Channel | None = None, **fields: Any) -> HbbChannel:
    """A channel as a provider of its own knows it; `fields` are the provider's."""
    shown = channel or make_channel()
    fields.setdefault("name", f"Provider {next(_number)}")
    fields.setdefault("url", "https://hbb.example/")
    provider = HbbProvider.objects.create(operator=shown.operator, **fields)
    return HbbChannel.objects.create(operator=shown.operator, provider=provider, channel=shown, channel_pid="pid7")


def make_hbb_event(*, hbb_channel: HbbChannel, at: datetime, **fields: Any) -> HbbEvent:
    fields.setdefault("kind", "banner")
    fields.setdefault("data", {"image": "https://hbb.example/1.png"})
    return HbbEvent.objects.create(operator=hbb_channel.operator, hbb_channel=hbb_channel, at=at, **fields)


def make_ad_settings(*, operator: Operator, **fields: Any) -> AdSettings:
    fields.setdefault("is_enabled", True)
    return AdSettings.objects.create(operator=operator, **fields)


def make_ad_movie(*, operator: Operator | None = None, **fields: Any) -> AdMovie:
    fields.setdefault("name", f"Movie {next(_number)}")
    fields.setdefault("url", "/media/ads/1.mp4")
    return AdMovie.objects.create(operator=operator or make_operator(), **fields)


def make_ad_block(
    *,
    operator: Operator | None = None,
    movies: int = 1,
    channels: Iterable[Channel] = (),
    tariffs: Iterable[Tariff] = (),
    **fields: Any,
) -> AdBlock:
    """A block with so many movies, for everything and always unless told otherwise."""
    owner = operator or make_operator()
    fields.setdefault("name", f"Block {next(_number)}")
    block = AdBlock.objects.create(operator=owner, **fields)
    block.movies.set([make_ad_movie(operator=owner, sort=place) for place in range(movies)])
    block.channels.set(channels)
    block.tariffs.set(tariffs)
    return block


def make_one_of_each(operator: Operator, account: Account, channel: Channel, name: str) -> dict[type[Model], Any]:
    """One record of every kind above, and of those that devices make; every name in them begins with `name`."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    camera = make_camera(operator=operator, name=f"{name} camera", accounts=[account])
    hbb_channel = make_hbb_channel(channel=channel, name=f"{name} HbbTV")
    event = make_hbb_event(hbb_channel=hbb_channel, at=moment, kind=f"{name} banner")
    game = make_game(operator=operator, name=f"{name} game")
    block = make_ad_block(operator=operator, name=f"{name} block")
    provider = AdProvider.objects.create(operator=operator, name=f"{name} ads", url="https://ads.example/")
    movie = block.movies.get()
    AdMovie.objects.filter(pk=movie.pk).update(name=f"{name} movie")
    records: tuple[Model, ...] = (
        make_radio(operator=operator, name=f"{name} radio"),
        camera,
        City.objects.create(operator=operator, name=f"{name} city"),
        AccountCamera.objects.get(camera=camera),
        hbb_channel,
        hbb_channel.provider,
        event,
        HbbReport.objects.create(operator=operator, provider=hbb_channel.provider, kind="error", message=name),
        game,
        GameRecord.objects.create(operator=operator, game=game, account=account, score=7, reached_at=moment),
        make_ad_settings(operator=operator),
        provider,
        block,
        movie,
        AdShow.objects.create(operator=operator, account=account, block=block, channel=channel, given_at=moment),
    )
    return {type(record): record for record in records}
