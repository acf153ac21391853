"""What the demonstration has beside television: radio, cameras, games, HbbTV and advertising."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from headend.advertising.actions import ShowEvent, give_blocks, note_event
from headend.advertising.models import AdBlock, AdMovie, AdOrder, AdProvider, AdSettings
from headend.cameras.actions import bind_camera, set_favourite
from headend.cameras.models import Camera, City
from headend.catalog.actions.hbb import keep_report
from headend.catalog.models import (
    Category,
    Channel,
    HbbChannel,
    HbbEvent,
    HbbKind,
    HbbProvider,
    HbbReportKind,
    Radio,
    Tariff,
)
from headend.games.actions import save_score
from headend.games.models import Game
from headend.kernel.actor import system
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.subscribers.models import Account

ACTOR = system("demo")

_RADIO = (
    ("Radio One", "Радио Один", "Radio Uno", "News and talk", "one"),
    ("Harbour Jazz", "Джаз у гавани", "Jazz del porto", "Jazz day and night", "music"),
    ("Classic Hall", "Классика", "Sala classica", "Concerts from the great halls", ""),
    ("Kids FM", "Детское радио", "Bambini FM", "Stories and songs", "kids"),
)
_CITIES = (("Milan", "Милан", "Milano"), ("Genoa", "Генуя", "Genova"))
# Name in three languages, which city, the loop that it shows.
_CAMERAS = (
    ("Cathedral square", "Соборная площадь", "Piazza del Duomo", 0, "one"),
    ("Navigli canals", "Каналы Навильи", "Navigli", 0, "nature"),
    ("Old harbour", "Старая гавань", "Porto antico", 1, "local"),
    ("Lighthouse", "Маяк", "La Lanterna", 1, "history"),
)
_GAMES = (("Snake", "Змейка", "snake"), ("Sudoku", "Судоку", "sudoku"), ("Tetris-like blocks", "Кубики", "blocks"))


def add_extras(operator: Operator, accounts: Sequence[Account], tariffs: dict[str, Tariff], now: datetime) -> None:
    """Give an operator some of each; its channels play the loops that the cameras show too."""
    channels = {channel.stream_id: channel for channel in Channel.objects.of(operator.pk)}
    _add_radio(operator, channels, tariffs)
    _add_cameras(operator, accounts, tariffs)
    _add_games(operator, accounts, now)
    _add_hbb(operator, channels, now)
    _add_advertising(operator, accounts, channels, tariffs, now)


def _add_radio(operator: Operator, channels: dict[str, Channel], tariffs: dict[str, Tariff]) -> None:
    for place, (name, russian, italian, about, loop) in enumerate(_RADIO, 1):
        radio = Radio(
            operator=operator,
            name=name,
            name_lang1=russian,
            name_lang2=italian,
            description=about,
            stream_url=f"https://radio.demo.example/{place}.mp3",
            channel=channels.get(loop),
            sort=place,
        )
        sold = [] if place == 1 else [tariffs["basic"], tariffs["everything"]]
        save(actor=ACTOR, obj=radio, links={"tariffs": sold})


def _named(*names: str) -> dict[str, str]:
    return {"name": names[0]} | {f"name_lang{place}": name for place, name in enumerate(names[1:], 1)}


def _add_cameras(operator: Operator, accounts: Sequence[Account], tariffs: dict[str, Tariff]) -> None:
    cities = [
        City(operator=operator, name=name, name_lang1=russian, name_lang2=italian, sort=place)
        for place, (name, russian, italian) in enumerate(_CITIES, 1)
    ]
    squares = Category(
        operator=operator, sort=50, **_named("Squares", "Площади", "Piazze", "Plätze", "Places", "Plazas")
    )
    for record in (*cities, squares):
        save(actor=ACTOR, obj=record)
    for place, (name, russian, italian, city, loop) in enumerate(_CAMERAS, 1):
        camera = Camera(
            operator=operator,
            name=name,
            name_lang1=russian,
            name_lang2=italian,
            category=squares,
            city=cities[city],
            stream_id=loop,
            preview_url=f"/media/demo/{loop}.png",
            sort=place,
            recording_days=1,
        )
        save(actor=ACTOR, obj=camera, links={"tariffs": [tariffs["basic"], tariffs["everything"]]})
        if place == 2:
            set_favourite(account=accounts[0], camera=camera, is_favourite=True)
    own = Camera(operator=operator, name="Front door", name_lang1="Входная дверь", stream_id="night", sort=90)
    save(actor=ACTOR, obj=own)
    bind_camera(actor=ACTOR, account=accounts[0], camera=own)


def _add_games(operator: Operator, accounts: Sequence[Account], now: datetime) -> None:
    for place, (name, russian, system_name) in enumerate(_GAMES, 1):
        game = Game(operator=operator, name=name, name_lang1=russian, system_name=system_name, sort=place)
        save(actor=ACTOR, obj=game)
        for number, account in enumerate(accounts[:8]):
            score = (4000 - 373 * ((number * 5) % 8)) // place
            save_score(account=account, game=game, score=score, moment=now - timedelta(days=3 * number, hours=place))


def _add_hbb(operator: Operator, channels: dict[str, Channel], now: datetime) -> None:
    providers = (
        HbbProvider(operator=operator, name="Teletarget", kind=HbbKind.TARGETED, url="https://hbb.demo.example/target"),
        HbbProvider(operator=operator, name="GetShopTV", kind=HbbKind.SHOPPING, url="https://hbb.demo.example/shop"),
    )
    for provider in providers:
        provider.api_key = f"demo-{provider.name.lower()}"
        save(actor=ACTOR, obj=provider)
        for loop in ("one", "sport"):
            entry = HbbChannel(operator=operator, provider=provider, channel=channels[loop], channel_pid=f"demo-{loop}")
            save(actor=ACTOR, obj=entry)
            for hours in (1, 5, 9):
                data = {"image": f"https://hbb.demo.example/{loop}-{hours}.png", "seconds": 10}
                event = HbbEvent(
                    operator=operator, hbb_channel=entry, at=now + timedelta(hours=hours), kind="banner", data=data
                )
                save(actor=ACTOR, obj=event)
        keep_report(
            provider=provider,
            kind=HbbReportKind.ACTIVITY,
            entries=[{"action": "open", "page": "start"}, {"action": "close"}],
            event_ref="1",
            device_uid="00:1a:79:00:00:01",
        )


def _add_advertising(
    operator: Operator,
    accounts: Sequence[Account],
    channels: dict[str, Channel],
    tariffs: dict[str, Tariff],
    now: datetime,
) -> None:
    save(actor=ACTOR, obj=AdSettings(operator=operator, is_enabled=True))
    movies = [
        AdMovie(
            operator=operator,
            name=name,
            url=f"https://ads.demo.example/{place}.mp4",
            width=1280,
            height=720,
            duration_seconds=15,
            sort=place,
        )
        for place, name in enumerate(("Coffee bar", "City buses", "Book fair"), 1)
    ]
    provider = AdProvider(
        operator=operator, name="Ad exchange", url="https://exchange.demo.example/vast", options={"place": "demo-1"}
    )
    for record in (*movies, provider):
        save(actor=ACTOR, obj=record)
    evening = AdBlock(
        operator=operator, name="Evening", days=[5, 6, 7], begins_at=time(18), ends_at=time(23), skip_after_seconds=5
    )
    always = AdBlock(operator=operator, name="All day", order=AdOrder.RANDOM, priority=20, most_shows=2)
    outside = AdBlock(operator=operator, name="Exchange, before films", priority=30, on_channels=False, on_videos=True)
    outside.provider = provider
    save(actor=ACTOR, obj=evening, links={"movies": movies[:2], "channels": [channels["one"], channels["sport"]]})
    save(actor=ACTOR, obj=always, links={"movies": movies, "tariffs": [tariffs["basic"], tariffs["everything"]]})
    save(actor=ACTOR, obj=outside)
    _show(accounts, channels["news"], tariffs["basic"], now)


def _show(accounts: Sequence[Account], channel: Channel, tariff: Tariff, now: datetime) -> None:
    """Some households have seen something lately; not the one that visitors try, or it would get no more of it."""
    for place, account in enumerate(accounts[3:9], 1):
        moment = now - timedelta(hours=2 * place)
        given = give_blocks(account=account, channel=channel, tariffs=frozenset([tariff.pk]), moment=moment)
        for block in given:
            note_event(show_id=block.show_id, event=ShowEvent.SHOWN, moment=moment + timedelta(seconds=2))
            if place % 3 == 0:
                note_event(show_id=block.show_id, event=ShowEvent.SKIPPED, moment=moment + timedelta(seconds=7))
