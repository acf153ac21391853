"""The demonstration's guide: an XMLTV file of invented programmes, from a week ago until a week ahead.

A day is always made the same way, so that a file written later says the same of the days that both know.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape, quoteattr

from headend.roles.demo_loops import LOOPS
from headend.roles.demo_programmes import SHOWS, Show

SOURCE = "Demo guide"
FILE = "demo-guide.xml"
DAYS_BEHIND, DAYS_AHEAD = 8, 9  # a day more than is promised on either side, as the days of a zone are not UTC's

Slot = tuple[datetime, datetime, Show]


def guide_id(loop: str) -> str:
    """How the guide calls the channel that shows a loop."""
    return f"{loop}.demo.example"


def write_guide(data: Path, now: datetime) -> Path:
    """Write the guide around `now` into the data directory, whole or not at all; gives back where it is."""
    path = data / FILE
    draft = path.with_name(f".{FILE}.{os.getpid()}")
    days = [now.astimezone(UTC).date() + timedelta(days=n) for n in range(-DAYS_BEHIND, DAYS_AHEAD + 1)]
    draft.write_text("\n".join(_document(days)) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def slots_of(loop: str, day: date) -> Iterator[Slot]:
    """What a channel shows on a day (UTC): programmes without gaps from midnight to midnight."""
    chance = Random(f"{loop} {day}")  # noqa: S311 - it shall be the same every time
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    midnight, shows, last = begin + timedelta(days=1), SHOWS[loop], None
    while begin < midnight:
        show = chance.choice([each for each in shows if each is not last])
        end = begin + timedelta(minutes=show.minutes + chance.choice((0, 0, 5)))
        if end > midnight - timedelta(minutes=10):
            end = midnight
        yield begin, end, show
        begin, last = end, show


def _document(days: Iterable[date]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<tv generator-info-name="headend demo">'
    for loop in LOOPS:
        yield f"<channel id={quoteattr(guide_id(loop.name))}>"
        yield f'<display-name lang="en">{escape(loop.caption)}</display-name></channel>'
    for loop in LOOPS:
        for day in days:
            for number, (begin, end, show) in enumerate(slots_of(loop.name, day)):
                yield from _programme(loop.name, begin, end, show, day.toordinal() * 100 + number)
    yield "</tv>"


def _programme(loop: str, begin: datetime, end: datetime, show: Show, number: int) -> Iterator[str]:
    times = f'start="{begin:%Y%m%d%H%M%S} +0000" stop="{end:%Y%m%d%H%M%S} +0000"'
    yield f"<programme {times} channel={quoteattr(guide_id(loop))}>"
    for language, title in show.title._asdict().items():
        yield f'<title lang="{language}">{escape(title)}</title>'
    for language, about in show.about._asdict().items():
        yield f'<desc lang="{language}">{escape(about)}</desc>'
    yield f"<date>{2015 + len(show.title.en) % 10}</date>"
    yield f'<category lang="en">{escape(show.category)}</category>'
    if show.seasons:
        season, episode = number % show.seasons, number % 12
        yield f'<episode-num system="xmltv_ns">{season}.{episode}.</episode-num>'
        yield f'<episode-num system="onscreen">S{season + 1:02}E{episode + 1:02}</episode-num>'
    if show.age:
        yield f'<rating system="RARS"><value>{show.age}+</value></rating>'
    yield "</programme>"
