"""The demonstration's titles on demand: films and a series, played from the channels' loops by the built-in origin."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model

from headend.adapters.encoders.lettering import Colour, Picture, width_of
from headend.catalog.models import Channel, Programme, Tariff
from headend.delivery.models import ContentKind, DataCentre, ServerKind, StreamingServer
from headend.kernel.actor import system
from headend.kernel.sealing import seal
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.roles.demo_logos import FOLDER, WHITE, png
from headend.roles.demo_loops import LOOPS
from headend.settings.keys import ORIGIN, key
from headend.subscribers.models import Account
from headend.viewing.actions import add_reminder, rate_title, remember_channel, set_asset_position, set_favourites
from headend.viewing.actions.positions import Stop
from headend.viewing.models import SeanceTicket
from headend.vod.models import (
    Asset,
    Episode,
    Genre,
    Person,
    PersonRole,
    PriceCategory,
    Quality,
    Seance,
    Season,
    SkipFragment,
    Title,
    TitleKind,
    VideoProvider,
)

Record = TypeVar("Record", bound=Model)
ACTOR = system("demo")
ORIGIN_PATH = "/origin"
MINUTE = 60
_COLOURS: dict[str, Colour] = {loop.name: loop.colour for loop in LOOPS}

_GENRES = {
    "films": ("Films", "Фильмы", "Film"),
    "series": ("Series", "Сериалы", "Serie"),
    "drama": ("Drama", "Драма", "Drammatico"),
    "documentary": ("Documentary", "Документальный", "Documentario"),
    "thriller": ("Thriller", "Триллер", "Thriller"),
}
_CATEGORIES = {"drama": "films", "documentary": "films", "thriller": "films"}
_PERSONS = {
    "marta": ("Marta Levante", "Марта Леванте", PersonRole.ACTOR, "Italy", 2),
    "piotr": ("Piotr Morski", "Пётр Морски", PersonRole.ACTOR, "Poland", 1),
    "anna": ("Anna Winter", "Анна Винтер", PersonRole.ACTOR, "Germany", 2),
    "jean": ("Jean Rivage", "Жан Риваж", PersonRole.DIRECTOR, "France", 1),
}


class _Film(NamedTuple):
    """`loop` is what it plays, `minutes` how long; `sold` the price category, "" in the subscription."""

    names: tuple[str, str, str]
    loop: str
    minutes: int
    year: int
    genres: tuple[str, ...]
    persons: tuple[str, ...]
    text: str
    sold: str = ""
    age: int = 0


_FILMS: dict[str, _Film] = {
    "light": _Film(
        ("The Harbour Light", "Маяк", "La luce del porto"),
        "cinema",
        24,
        2023,
        ("films", "drama"),
        ("marta", "piotr", "jean"),
        "A keeper, a storm, and a letter that comes thirty years late.",
    ),
    "coast": _Film(
        ("Along the Coast", "Вдоль берега", "Lungo la costa"),
        "nature",
        12,
        2021,
        ("films", "documentary"),
        ("jean",),
        "From the estuary to the cape, a year with the birds.",
        sold="free",
    ),
    "night": _Film(
        ("Night Ferry", "Ночной паром", "Traghetto di notte"),
        "night",
        18,
        2024,
        ("films", "thriller"),
        ("anna", "piotr", "jean"),
        "Nobody who came aboard is on the list.",
        sold="rent",
        age=16,
    ),
}
_EPISODES = (("The first map", "history"), ("The glass makers", "science"), ("A song of the salt road", "music"))


def add_titles(
    operator: Operator, data: Path, tariffs: dict[str, Tariff], centre: DataCentre, sealing_key: str, now: datetime
) -> dict[str, Title]:
    """Give an operator titles on demand with a server that plays them; they are given back by their short names."""
    _add_server(operator, data, centre, sealing_key)
    house = VideoProvider(operator=operator, name="Harbour Pictures", icon_url=_picture(data, "harbour", "night", 360))
    _saved(house)
    genres = {word: _genre(operator, word, place) for place, word in enumerate(_GENRES, 1)}
    for word, category in _CATEGORIES.items():
        genres[word].category = genres[category]
        _saved(genres[word])
    persons = {word: _person(operator, word) for word in _PERSONS}
    prices = {
        "free": PriceCategory(operator=operator, name="Free", kind=2),
        "rent": PriceCategory(operator=operator, name="New films", kind=1, price="2.99", rent_hours=48, caption="Rent"),
    }
    for price in prices.values():
        _saved(price)
    shelf = {"genres": genres, "persons": persons, "prices": prices, "provider": house}
    titles = {word: _film(operator, data, film, shelf, now) for word, film in _FILMS.items()}
    titles["roads"] = _series(operator, data, shelf, now)
    save(actor=ACTOR, obj=titles["light"], links={"tariffs": [tariffs["film"], tariffs["everything"]]})
    titles["pack"] = _package(operator, data, titles, shelf)
    _seance(operator, titles["light"], now)
    return titles


def _add_server(operator: Operator, data: Path, centre: DataCentre, sealing_key: str) -> None:
    _saved(
        StreamingServer(
            operator=operator,
            name="Built-in origin, films",
            data_centre=centre,
            kind=ServerKind.LOOP,
            content=ContentKind.VOD,
            base_url=ORIGIN_PATH,
            sealed_secret=seal(key(data / ORIGIN), sealing_key),
        )
    )


def _saved(record: Record) -> Record:
    save(actor=ACTOR, obj=record)
    return record


def _named(names: tuple[str, ...]) -> dict[str, str]:
    return {"name": names[0]} | {f"name_lang{place}": name for place, name in enumerate(names[1:], 1)}


def _genre(operator: Operator, word: str, place: int) -> Genre:
    is_category = word in _CATEGORIES.values() or word == "series"
    return _saved(Genre(operator=operator, **_named(_GENRES[word]), is_category=is_category, sort=place))


def _person(operator: Operator, word: str) -> Person:
    name, russian, role, country, gender = _PERSONS[word]
    return _saved(Person(operator=operator, **_named((name, russian)), role=role, country=country, gender=gender))


def _film(operator: Operator, data: Path, film: _Film, shelf: dict[str, Any], now: datetime) -> Title:
    title = _title(operator, data, film, shelf, now)
    file = _saved(
        Asset(
            operator=operator,
            title=title,
            name=film.names[0],
            file_name=film.loop,
            duration_seconds=film.minutes * MINUTE,
            quality=Quality.SD,
        )
    )
    _saved(SkipFragment(operator=operator, asset=file, begins=0, ends=25))
    trailer = {"name": "Trailer", "file_name": film.loop, "duration_seconds": MINUTE, "is_trailer": True, "sort": 9}
    _saved(Asset(operator=operator, title=title, **trailer))
    return title


def _title(operator: Operator, data: Path, film: _Film, shelf: dict[str, Any], now: datetime) -> Title:
    kind = TitleKind.SERIES if "series" in film.genres else TitleKind.FILM
    title = Title(
        operator=operator,
        **_named(film.names),
        kind=kind,
        year=film.year,
        countries="Italy, France",
        countries_lang1="Италия, Франция",
        language="Italian",
        duration_minutes=film.minutes,
        age=film.age,
        needs_parent_code=film.age >= 16,
        short_description=film.text,
        description=f"{film.text} It plays a loop of the demonstration.",
        kinopoisk_rating=7.4,
        imdb_rating=7.1,
        premiere_at=now - timedelta(days=20),
        provider=shelf["provider"],
        price_category=shelf["prices"].get(film.sold),
        **_posters(data, film.names[0], film.loop),
    )
    genres = [shelf["genres"][word] for word in film.genres]
    save(actor=ACTOR, obj=title, links={"genres": genres, "persons": [shelf["persons"][word] for word in film.persons]})
    return title


def _series(operator: Operator, data: Path, shelf: dict[str, Any], now: datetime) -> Title:
    names = ("Old Roads", "Старые дороги", "Vecchie strade")
    text = "Three journeys on roads that are no longer on any map."
    film = _Film(names, "history", 10, 2022, ("series", "documentary"), ("marta",), text)
    title = _title(operator, data, film, shelf, now)
    season = _saved(
        Season(operator=operator, title=title, name="Season 1", name_lang1="Сезон 1", name_lang2="Stagione 1")
    )
    for number, (name, loop) in enumerate(_EPISODES, 1):
        seconds = film.minutes * MINUTE
        episode = _saved(
            Episode(
                operator=operator,
                title=title,
                season=season,
                number=number,
                name=name,
                duration_seconds=seconds,
                preview_url=f"/{FOLDER}/{loop}.png",
                is_free=number == 1,
            )
        )
        file = {"name": name, "file_name": loop, "duration_seconds": seconds}
        _saved(Asset(operator=operator, title=title, episode=episode, **file))
    _saved(Episode(operator=operator, title=title, season=season, number=4, name="To be continued", is_planned=True))
    return title


def _package(operator: Operator, data: Path, titles: dict[str, Title], shelf: dict[str, Any]) -> Title:
    pack = Title(
        operator=operator,
        name="Sea and coast",
        name_lang1="Море и берег",
        kind=TitleKind.PACKAGE,
        provider=shelf["provider"],
        **_posters(data, "Sea and coast", "science"),
    )
    links = {"genres": [shelf["genres"]["films"]], "package_titles": [titles["light"], titles["coast"]]}
    save(actor=ACTOR, obj=pack, links=links)
    return pack


def _seance(operator: Operator, title: Title, now: datetime) -> None:
    evening = now.replace(hour=19, minute=0, second=0, microsecond=0)
    seance = _saved(Seance(operator=operator, title=title, starts_at=evening + timedelta(days=evening <= now)))
    for number in range(1, 4):
        _saved(SeanceTicket(operator=operator, seance=seance, code=f"LIGHT-{number}"))


def _posters(data: Path, name: str, loop: str) -> dict[str, str]:
    word = name.lower().replace(" ", "-")
    return {
        "vertical_poster_url": _picture(data, f"{word}-tall", loop, 360, name),
        "horizontal_poster_url": _picture(data, f"{word}-wide", loop, 135, name),
        "thumbnail_small_url": _picture(data, f"{word}-tall", loop, 360, name),
        "screenshot_url": _picture(data, f"{word}-wide", loop, 135, name),
    }


def _picture(data: Path, file: str, loop: str, height: int, name: str = "") -> str:
    """Draw a poster and keep it; gives the address it is served under."""
    path = data / FOLDER / f"{file}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(draw_poster(loop, height, name))
    return f"/{FOLDER}/{file}.png"


def draw_poster(loop: str, height: int, name: str = "") -> bytes:
    """A picture (PNG) with a title's name, a word a line, in a loop's colours."""
    colour = _COLOURS[loop]
    picture = Picture(240, height)
    light = (min(255, colour[0] + 70), min(255, colour[1] + 70), min(255, colour[2] + 70))
    picture.shade(light, colour)
    words = name.split()
    top = (height - 44 * len(words)) // 2
    for place, word in enumerate(words):
        dot = next((size for size in (5, 4, 3) if width_of(word, size) <= 220), 2)
        picture.centred(top + 44 * place, dot, word, WHITE)
    return png(picture)


def add_viewing(account: Account, titles: dict[str, Title], now: datetime) -> None:
    """Let an account have watched something, like some of it, and wait for a programme."""
    light, roads = titles["light"], titles["roads"]
    set_favourites(account=account, wishes={light.pk: True, roads.pk: True}, now=now)
    rate_title(account=account, title=light, rating=9)
    for title, seconds in ((light, 400), (roads, 595)):
        file = title.assets.filter(is_trailer=False).first()
        if file is not None:
            set_asset_position(account=account, title_id=title.pk, asset_id=file.pk, stop=Stop(seconds), now=now)
    soon = int((now + timedelta(hours=6)).timestamp())
    for channel in Channel.objects.of(account.operator_id).order_by("lcn")[:3]:
        remember_channel(account=account, channel_id=channel.pk, now=now)
        later = (
            Programme.objects.filter(guide_channel=channel.guide_channel_id, start__gt=soon).order_by("start").first()
        )
        if later is not None:
            add_reminder(account=account, channel_id=channel.pk, programme_id=later.pk)
