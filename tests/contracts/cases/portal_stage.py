"""What portals show, put into a house: a title, a guide that is on now, a ribbon of each type."""

import time

from django.utils import timezone
from tests.contracts.house import House
from tests.factories.catalog import make_guide_channel, make_programme
from tests.factories.portal import make_dashboard, make_ribbon

from headend.catalog.models import Programme
from headend.portal.models import Dashboard, Ribbon, RibbonType
from headend.viewing.models import AccountTitle, ProgrammePosition, WatchedChannel
from headend.vod.models import Genre, Person, Title, VideoProvider


def add_programme(house: House) -> Programme:
    """A programme that is on now on the first channel, which is recorded."""
    channel, now = house.channels[0], int(time.time())
    channel.guide_channel, channel.recording_days = make_guide_channel(), 3
    channel.save()
    return make_programme(guide_channel=channel.guide_channel, start=now - 600, stop=now + 600, title="News at noon")


def add_title(house: House, **fields: object) -> Title:
    """A title with all that its rows show."""
    provider = VideoProvider.objects.create(operator=house.operator, name=f"Studio {Title.objects.count()}")
    title = Title.objects.create(
        operator=house.operator,
        **{
            "name": "The river",
            "provider": provider,
            "year": 2020,
            "kinopoisk_rating": 7.5,
            "imdb_rating": 7.1,
            **fields,
        },
    )
    title.genres.set([Genre.objects.get_or_create(operator=house.operator, name="Drama")[0]])
    title.persons.set([Person.objects.create(operator=house.operator, name="Anna Rossi")])
    return title


def watch(house: House, programme: Programme, title: Title) -> None:
    """Let the household have watched a channel, a programme and a title."""
    now = timezone.now()
    WatchedChannel.objects.create(account=house.account, channel=house.channels[0], watched_at=now)
    ProgrammePosition.objects.create(
        account=house.account,
        programme=programme,
        seconds=90,
        updated_at=now,
        expires_at=now + timezone.timedelta(days=30),
    )
    AccountTitle.objects.create(account=house.account, title=title, is_viewing=True, viewed_at=now)


def board_of(house: House) -> Dashboard:
    """The house's dashboard."""
    return Dashboard.objects.of(house.operator.pk).first() or make_dashboard(operator=house.operator)


ATTRIBUTES = {
    RibbonType.MAIN_MENU: {"menu": ["archive", "radio", "cctv"]},
    RibbonType.SLIDER: {"slides": [{"image_url": "/media/a.png", "deep_link": "app://x"}]},
    RibbonType.TITLES: {"genres": [1], "year_from": 1990, "kinopoisk_from": 6.5},
    RibbonType.SELECTION: {"selection": 1},
}


def add_ribbon(house: House, kind: int, **attributes: object) -> Ribbon:
    """A ribbon of this type; `attributes` stand beside what its type needs."""
    said = attributes or ATTRIBUTES.get(RibbonType(kind), {})
    return make_ribbon(dashboard=board_of(house), kind=kind, name=f"Ribbon {kind}", attributes=said)
