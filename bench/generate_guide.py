"""Makes the guide that the guide benchmarks read: made-up channels and programmes, the shape of real ones.

Six hundred channels, half of them in Cyrillic, about fifty programmes a day each, some 850 bytes a programme: titles,
descriptions, categories, pictures, credits, episode numbers, ratings in the shares that public guides have. The same
arguments give the same bytes.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

CHANNELS = 600
FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
CYRILLIC = (
    "вечер утро город река новости погода фильм серия семья дорога север море лес зима лето тайна история "
    "герой детектив музыка концерт хоккей футбол наука природа путешествие кухня здоровье дети сказка закон "
    "память время мир земля космос старый новый большой последний первый тихий дальний весёлый опасный "
    "народный золотой и на в с под после за о без для"
).split()
LATIN = (
    "evening morning city river news weather film series family road north sea forest winter summer secret "
    "story hero law music concert hockey football science nature journey kitchen health children tale memory "
    "time world earth space old new great last first quiet far merry golden città sera notte giorno und der "
    "die für naïve café the of and on in with"
).split()


class Tongue(NamedTuple):
    """What one language needs: its code, words, kinds of programmes, time zone and rating system."""

    code: str
    titles: list[str]
    descriptions: list[str]
    people: list[str]
    categories: tuple[str, ...]
    offset: str
    rating: str


def write_guide(path: Path, megabytes: float) -> int:
    """Write a guide of about `megabytes` (10^6 bytes) to `path` and give the number of programmes."""
    chance = random.Random(20261101)
    tongues = (
        _tongue(chance, "ru", CYRILLIC, ("Новости", "Кино", "Сериал", "Спорт", "Детям", "Музыка"), "+0300", "RU"),
        _tongue(
            chance, "en", LATIN, ("News", "Film", "Series", "Sport", "Children", "Arts &amp; music"), "+0000", "UK"
        ),
    )
    programmes = 0
    with path.open("wb") as file:
        file.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n')
        file.write(b'<tv generator-info-name="bench">\n')
        for number in range(CHANNELS):
            file.write(_channel(number, tongues[number % 2]).encode())
        share = megabytes * 1e6 / CHANNELS
        for number in range(CHANNELS):
            end = file.tell() + share
            for text in _programmes(chance, number, tongues[number % 2]):
                file.write(text.encode())
                programmes += 1
                if file.tell() >= end:
                    break
        file.write(b"</tv>\n")
    return programmes


def _tongue(
    chance: random.Random, code: str, words: list[str], categories: tuple[str, ...], offset: str, rating: str
) -> Tongue:
    return Tongue(
        code,
        [_sentence(chance, words, 1, 5) for _ in range(4000)],
        [". ".join(_sentence(chance, words, 5, 14) for _ in range(chance.randint(1, 13))) for _ in range(6000)],
        [_sentence(chance, words, 1, 1) + " " + _sentence(chance, words, 1, 1) for _ in range(800)],
        categories,
        offset,
        rating,
    )


def _sentence(chance: random.Random, words: list[str], least: int, most: int) -> str:
    text = " ".join(chance.choice(words) for _ in range(chance.randint(least, most)))
    mark = chance.random()
    if mark < 0.03:
        text += " &amp; " + chance.choice(words)
    elif mark < 0.05:
        text = f"&quot;{text}&quot;"
    return text.capitalize()


def _channel(number: int, tongue: Tongue) -> str:
    return (
        f'  <channel id="channel-{number}.{tongue.code}">\n'
        f'    <display-name lang="{tongue.code}">{tongue.titles[number]} {number}</display-name>\n'
        f"    <display-name>{number}</display-name>\n"
        f'    <icon src="https://pictures.example/channels/{number}.png" />\n'
        "  </channel>\n"
    )


def _programmes(chance: random.Random, number: int, tongue: Tongue) -> Iterator[str]:
    start = FIRST_DAY
    while True:
        stop = start + timedelta(minutes=chance.choice((5, 10, 15, 25, 25, 30, 30, 45, 55, 60, 100)))
        yield (
            f'  <programme start="{start:%Y%m%d%H%M%S} {tongue.offset}" stop="{stop:%Y%m%d%H%M%S} {tongue.offset}"'
            f' channel="channel-{number}.{tongue.code}">\n{"".join(_elements(chance, tongue))}  </programme>\n'
        )
        start = stop


def _elements(chance: random.Random, tongue: Tongue) -> Iterator[str]:  # noqa: C901 - one line for each element
    """The children of a programme, in the order of the DTD."""
    lang = f' lang="{tongue.code}"'
    shares = [chance.random() for _ in range(9)]
    yield f"    <title{lang}>{chance.choice(tongue.titles)}</title>\n"
    if shares[0] < 0.2:
        yield f"    <sub-title{lang}>{chance.choice(tongue.titles)}</sub-title>\n"
    if shares[1] < 0.92:
        yield f"    <desc{lang}>{chance.choice(tongue.descriptions)}.</desc>\n"
    if shares[2] < 0.08:
        actors = "".join(f"      <actor>{chance.choice(tongue.people)}</actor>\n" for _ in range(3))
        yield f"    <credits>\n      <director>{chance.choice(tongue.people)}</director>\n{actors}    </credits>\n"
    if shares[3] < 0.2:
        yield f"    <date>{chance.randint(1960, 2026)}</date>\n"
    yield f"    <category{lang}>{chance.choice(tongue.categories)}</category>\n"
    if shares[4] < 0.6:
        yield f'    <icon src="https://pictures.example/programmes/{chance.getrandbits(64):016x}.jpg" />\n'
    if shares[5] < 0.1:
        yield f"    <country>{tongue.code.upper()}</country>\n"
    if shares[6] < 0.2:
        season, episode = chance.randint(1, 12), chance.randint(1, 24)
        yield f'    <episode-num system="xmltv_ns">{season - 1}.{episode - 1}.</episode-num>\n'
        if shares[6] < 0.1:
            yield f'    <episode-num system="onscreen">S{season:02}E{episode:02}</episode-num>\n'
    if shares[7] < 0.1:
        yield "    <new />\n"
    if shares[8] < 0.3:
        age = chance.choice(("0+", "6+", "12+", "16+", "18+"))
        yield f'    <rating system="{tongue.rating}">\n      <value>{age}</value>\n    </rating>\n'
