"""What the demonstration's operator shows and sells: categories, channels, guide, tariffs, streaming server."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from headend.adapters.epg_sources.xmltv import read_xmltv
from headend.catalog.actions.channel_orders import arrange_channels
from headend.catalog.actions.guide import Reading, import_guide
from headend.catalog.models import (
    Category,
    Channel,
    ChannelSort,
    CopyrightHolder,
    GuideCategory,
    GuideCategoryMapping,
    GuideChannel,
    GuideSource,
    MatchState,
    Tariff,
)
from headend.delivery.models import DataCentre, Maintenance, ServerKind, StreamingServer
from headend.kernel.actor import system
from headend.kernel.sealing import seal
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.roles.demo_guide import SOURCE, guide_id, write_guide
from headend.roles.demo_programmes import CATEGORIES
from headend.settings.keys import ORIGIN, key

ACTOR = system("demo")
ORIGIN_PATH = "/origin"
RECORDING_DAYS = 7

Names = tuple[str, ...]
"""The default name, then one for each of the operator's extra languages."""

_log = logging.getLogger(__name__)

_CATEGORIES: dict[str, tuple[Names, str]] = {
    "general": (("General", "Общие", "Generalisti", "Allgemein", "Généralistes", "Generales"), "#1E6FD9"),
    "news": (("News", "Новости", "Notizie", "Nachrichten", "Infos", "Noticias"), "#B3202C"),
    "films": (("Films and series", "Кино", "Film e serie", "Filme", "Films et séries", "Cine y series"), "#5B2A86"),
    "sport": (("Sport", "Спорт", "Sport", "Sport", "Sport", "Deportes"), "#157A43"),
    "children": (("Children", "Детям", "Bambini", "Kinder", "Enfants", "Infantil"), "#E08A00"),
    "music": (("Music", "Музыка", "Musica", "Musik", "Musique", "Música"), "#A01E78"),
    "knowledge": (("Knowledge", "Познание", "Sapere", "Wissen", "Savoir", "Saber"), "#147D8C"),
}


class _Channel(NamedTuple):
    names: Names
    category: str
    extra: str = ""
    is_locked: bool = False


_CHANNELS: dict[str, _Channel] = {
    "one": _Channel(("One", "Первый", "Uno", "Eins", "Une", "Uno"), "general"),
    "news": _Channel(
        ("News 24", "Новости 24", "Notizie 24", "Nachrichten 24", "Infos 24", "Noticias 24"), "news", "general"
    ),
    "sport": _Channel(("Sport", "Спорт", "Sport", "Sport", "Sport", "Deporte"), "sport"),
    "cinema": _Channel(("Cinema", "Кино", "Cinema", "Kino", "Cinéma", "Cine"), "films", "", True),
    "series": _Channel(("Series", "Сериалы", "Serie", "Serien", "Séries", "Series"), "films"),
    "kids": _Channel(("Kids", "Детский", "Bambini", "Kinder", "Enfants", "Infantil"), "children"),
    "music": _Channel(("Music", "Музыка", "Musica", "Musik", "Musique", "Música"), "music"),
    "nature": _Channel(("Nature", "Природа", "Natura", "Natur", "Nature", "Naturaleza"), "knowledge"),
    "history": _Channel(("History", "История", "Storia", "Geschichte", "Histoire", "Historia"), "knowledge"),
    "science": _Channel(("Science", "Наука", "Scienza", "Wissenschaft", "Science", "Ciencia"), "knowledge", "children"),
    "local": _Channel(("Local", "Местный", "Locale", "Lokal", "Local", "Local"), "general", "news"),
    "night": _Channel(("Night", "Ночной", "Notte", "Nacht", "Nuit", "Noche"), "films", "", True),
}


class _Tariff(NamedTuple):
    names: Names
    channels: tuple[str, ...] | None
    fields: dict[str, Any]


_TARIFFS: dict[str, _Tariff] = {
    "basic": _Tariff(
        ("Basic", "Базовый", "Base", "Basis", "Essentiel", "Básico"),
        ("one", "news", "music", "nature", "local"),
        {"price": 9, "basic_priority": 1, "basic_sessions": 1, "additional_sessions": 2, "assigned_by_default": True},
    ),
    "everything": _Tariff(
        ("Everything", "Всё включено", "Tutto", "Alles", "Tout", "Todo"),
        None,
        {"price": 24, "basic_priority": 5, "basic_sessions": 3, "additional_sessions": 5},
    ),
    "film": _Tariff(
        ("Film", "Кино", "Film", "Film", "Films", "Cine"),
        ("cinema", "series", "night"),
        {"price": 6, "activation_price": 1, "additional_sessions": 3, "one_address": True},
    ),
    "sport": _Tariff(
        ("Sport", "Спорт", "Sport", "Sport", "Sport", "Deporte"),
        ("sport",),
        {"price": 7, "countries": ["IT", "SM", "VA"], "additional_sessions": 2},
    ),
    "children": _Tariff(
        ("Children", "Детский", "Bambini", "Kinder", "Enfants", "Infantil"),
        ("kids", "science"),
        {"price": 3, "viewing_hours": [{"from": "06:00", "to": "21:30"}], "additional_sessions": 2},
    ),
    "information": _Tariff(
        ("Information", "Информационный", "Informazioni", "Information", "Informations", "Información"),
        ("local",),
        {"period_months": 0, "is_hidden": True, "for_inactive_accounts": True, "display_on_site": False},
    ),
    "old": _Tariff(
        ("Basic 2019", "Базовый 2019", "Base 2019", "Basis 2019", "Essentiel 2019", "Básico 2019"),
        ("one", "news", "local"),
        {"price": 5, "basic_priority": 1, "display_on_site": False},
    ),
}


def add_catalogue(operator: Operator, data: Path, logos: dict[str, str], now: datetime) -> dict[str, Tariff]:
    """Give an operator the twelve channels with their guide, and tariffs, which are given back by their short names."""
    guides = _add_guide(data, now)
    channels = add_channels(operator, tuple(_CHANNELS), logos, guides)
    holder = CopyrightHolder(operator=operator, name="Harbour Pictures")
    save(actor=ACTOR, obj=holder)
    for loop in ("cinema", "series", "night"):
        channels[loop].copyright_holder = holder
        save(actor=ACTOR, obj=channels[loop])
    order = ChannelSort(operator=operator, name="By popularity")
    save(actor=ACTOR, obj=order)
    by_popularity = ("sport", "one", "cinema", "kids", "news", "series")
    arrange_channels(actor=ACTOR, order=order, channel_ids=[channels[loop].pk for loop in by_popularity])
    _plan_maintenance(operator, channels["night"], now)
    return add_tariffs(operator, tuple(_TARIFFS), channels)


def add_channels(
    operator: Operator, loops: Sequence[str], logos: dict[str, str], guides: dict[str, GuideChannel]
) -> dict[str, Channel]:
    """Give an operator channels that play loops, in this order, with the categories they stand in."""
    wanted = dict.fromkeys(word for loop in loops for word in (_CHANNELS[loop].category, _CHANNELS[loop].extra) if word)
    categories = {word: _add_category(operator, word, place) for place, word in enumerate(wanted, 1)}
    channels = {}
    for number, loop in enumerate(loops, 1):
        about = _CHANNELS[loop]
        guide = guides.get(guide_id(loop))
        channel = Channel(
            operator=operator,
            **_named(operator, about.names),
            category=categories[about.category],
            lcn=number,
            sort=number,
            icon_url=logos.get(loop, ""),
            needs_parent_code=about.is_locked,
            recording_days=RECORDING_DAYS,
            pause_live_seconds=3600,
            stream_id=loop,
            guide_id=guide_id(loop),
            guide_channel=guide,
            guide_match=MatchState.BY_ID if guide else MatchState.NONE,
        )
        extra = [categories[about.extra]] if about.extra else []
        save(actor=ACTOR, obj=channel, links={"extra_categories": extra})
        channels[loop] = channel
    return channels


def _add_category(operator: Operator, word: str, place: int) -> Category:
    names, colour = _CATEGORIES[word]
    category = Category(operator=operator, **_named(operator, names), colour=colour, sort=place)
    save(actor=ACTOR, obj=category)
    return category


def add_tariffs(operator: Operator, words: Sequence[str], channels: dict[str, Channel]) -> dict[str, Tariff]:
    """Give an operator tariffs, with those of their channels that it has."""
    tariffs = {}
    for word in words:
        about = _TARIFFS[word]
        tariff = Tariff(
            operator=operator, **_named(operator, about.names), all_channels=about.channels is None, **about.fields
        )
        given = [channels[loop] for loop in about.channels or () if loop in channels]
        save(actor=ACTOR, obj=tariff, links={"channels": given})
        tariffs[word] = tariff
    return tariffs


def archive_old_tariff(tariffs: dict[str, Tariff]) -> None:
    """Archive the tariff of old times, which by now some hold."""
    tariffs["old"].is_archived = True
    save(actor=ACTOR, obj=tariffs["old"])


def _named(operator: Operator, names: Names) -> dict[str, str]:
    extra = {f"name_lang{place}": name for place, name in enumerate(names[1:], 1)}
    return {"name": names[0]} | (extra if operator.extra_languages else {})


def add_delivery(operator: Operator, data: Path, sealing_key: str, city: str) -> DataCentre:
    """Give an operator the built-in origin as its streaming server."""
    centre = DataCentre(operator=operator, name=city, location=f"{city}, exchange point")
    save(actor=ACTOR, obj=centre)
    server = StreamingServer(
        operator=operator,
        name="Built-in origin",
        data_centre=centre,
        kind=ServerKind.LOOP,
        base_url=ORIGIN_PATH,
        sealed_secret=seal(key(data / ORIGIN), sealing_key),
        recording_days=RECORDING_DAYS,
    )
    save(actor=ACTOR, obj=server)
    return centre


def _add_guide(data: Path, now: datetime) -> dict[str, GuideChannel]:
    """Write the guide and bring it in by the usual way; gives its channels by their ids."""
    path = write_guide(data, now)
    source = GuideSource(name=SOURCE, url=str(path), interval_minutes=360)
    save(actor=ACTOR, obj=source)
    for place, (word, names) in enumerate(CATEGORIES.items(), 1):
        translations = {f"name_lang{number}": name for number, name in enumerate(names, 1)}
        category = GuideCategory(name=word, sort=place, **translations)
        save(actor=ACTOR, obj=category)
        save(actor=ACTOR, obj=GuideCategoryMapping(source=source, source_category=word, category=category))
    with path.open("rb") as stream:
        reading = Reading(read_xmltv, data / "spool")
        report = import_guide(actor=ACTOR, source=source, stream=stream, reading=reading, now=now)
    if report.errors:
        _log.error("the demonstration's guide has errors: %s", report.problems)
    return {channel.guide_id: channel for channel in GuideChannel.objects.filter(source=source)}


def _plan_maintenance(operator: Operator, channel: Channel, now: datetime) -> None:
    begins = now.replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(days=3)
    planned = Maintenance(
        operator=operator, description="New encoder", begins_at=begins, ends_at=begins + timedelta(hours=2)
    )
    save(actor=ACTOR, obj=planned, links={"channels": [channel]})
