"""The virtual cinema."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from tests.contracts.cases.video import shelf
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories.subscribers import make_account
from tests.factories.viewing import make_ticket
from tests.factories.vod import make_asset, make_provider, make_seance, make_title

from headend.vod.models import TitleSource


def seance(house: House, minutes_ago: int = 10, **fields: Any) -> Any:
    """A seance of an hour's film that began so many minutes ago."""
    return make_seance(title=shelf(house).film, starts_at=timezone.now() - timedelta(minutes=minutes_ago), **fields)


@good("SeanceList")
def _(house: House) -> Answer:
    running = seance(house)
    make_seance(title=running.title, starts_at=timezone.now() - timedelta(days=1))
    answer = house.ask("SeanceList")
    assert answer.is_xml or [each["id"] for each in answer["seances"]] == [running.pk]
    answer = house.ask("SeanceList", show_past=1)
    assert answer.is_xml or len(answer["seances"]) == 2
    return answer


@good("SeanceUrl", may_be_empty=("audio_tracks", "subtitles", "video_qualities"))
def _(house: House) -> Answer:
    running = seance(house)
    ticket = make_ticket(seance=running)
    answer = house.ask("SeanceUrl", code=ticket.code)
    if not answer.is_xml:
        assert 600 <= answer["position"] < 660
        assert "sea.mp4" in answer["uri"]
    return house.ask("SeanceUrl", sid=running.pk)


@refused("SeanceUrl", 1)
def _(house: House) -> Answer:
    return house.ask("SeanceUrl")


@refused("SeanceUrl", 2)
def _(house: House) -> Answer:
    return house.ask("SeanceUrl", sid=10**9)


@refused("SeanceUrl", 3)
def _(house: House) -> Answer:
    return house.ask("SeanceUrl", sid=seance(house, minutes_ago=61).pk)


@refused("SeanceUrl", 4)
def _(house: House) -> Answer:
    ticket = make_ticket(seance=seance(house), account=make_account(operator=house.operator))
    return house.ask("SeanceUrl", code=ticket.code)


@refused("SeanceUrl", 5)
def _(house: House) -> Answer:
    return house.ask("SeanceUrl", code=make_ticket(seance=seance(house), is_active=False).code)


@refused("SeanceUrl", 6)
def _(house: House) -> Answer:
    empty = make_seance(title=make_title(operator=house.operator, duration_minutes=90), starts_at=timezone.now())
    return house.ask("SeanceUrl", code=make_ticket(seance=empty).code)


@refused("SeanceUrl", 7)
def _(house: House) -> Answer:
    return house.ask("SeanceUrl", code=make_ticket(seance=seance(house, minutes_ago=-30)).code)


@refused("SeanceUrl", 8)
def _(house: House) -> Answer:
    return house.ask("SeanceUrl", sid=seance(house).pk)


@refused("SeanceUrl", 9)
def _(house: House) -> Answer:
    recorded = make_provider(operator=house.operator, partner="recorded")
    film = make_title(operator=house.operator, source=TitleSource.PARTNER, provider=recorded, external_id="sea")
    make_asset(title=film, external_id="sea", file_name="")
    ticket = make_ticket(seance=make_seance(title=film, starts_at=timezone.now()), code="TICKET-2")
    return house.ask("SeanceUrl", code=ticket.code)


@good("SeanceRevoke")
def _(house: House) -> Answer:
    ticket = make_ticket(seance=seance(house))
    assert house.ask("SeanceUrl", code=ticket.code).error == 0
    assert house.ask("SeanceRevoke", code=ticket.code).error == 0
    assert house.ask("SeanceUrl", sid=ticket.seance_id).error == 8
    assert house.ask("SeanceUrl", code=ticket.code).error == 0
    return house.ask("SeanceRevoke", sid=ticket.seance_id)


@refused("SeanceRevoke", 1)
def _(house: House) -> Answer:
    return house.ask("SeanceRevoke")


@refused("SeanceRevoke", 2)
def _(house: House) -> Answer:
    return house.ask("SeanceRevoke", sid=10**9)


@refused("SeanceRevoke", 3)
def _(house: House) -> Answer:
    return house.ask("SeanceRevoke", sid=seance(house).pk)
