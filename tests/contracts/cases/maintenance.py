"""Scenarios of the calls for interruptions."""

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused

from headend.delivery.models import Maintenance

BEGIN, END = "2026-11-22T02:00:00.0+01:00", "2026-11-22T03:30:00.0+01:00"


def interrupt(house: House, **params: object) -> Answer:
    house.channels[0].url_prefix = "news"
    house.channels[0].save()
    asked = {"channel_prefix": "news", "datetime_begin": BEGIN, "datetime_end": END, "description": "A new dish"}
    return house.ask("MaintenanceCreate", **asked | params)


def edit(house: House, **params: object) -> Answer:
    assert interrupt(house).error == 0
    return house.ask("MaintenanceEdit", **{"id": Maintenance.objects.get().pk} | params)


@good("MaintenanceCreate")
def _(house: House) -> Answer:
    answer = interrupt(house)
    made = Maintenance.objects.get()
    assert [*made.channels.all()] == [house.channels[0]]
    assert made.begins_at.isoformat() == "2026-11-22T01:00:00+00:00"
    return answer


@refused("MaintenanceCreate", 1)
def _(house: House) -> Answer:
    return interrupt(house, channel_prefix="nobody's")


@refused("MaintenanceCreate", 20)
def _(house: House) -> Answer:
    answer = interrupt(house, datetime_begin="tomorrow")
    assert answer.error == interrupt(house, datetime_end=BEGIN).error
    assert not Maintenance.objects.exists()
    return answer


@good("MaintenanceEdit")
def _(house: House) -> Answer:
    answer = edit(house, datetime_end="2026-11-22T04:00:00")
    made = Maintenance.objects.get()
    assert (made.ends_at.isoformat(), made.description) == ("2026-11-22T04:00:00+00:00", "A new dish")
    return answer


@refused("MaintenanceEdit", 1)
def _(house: House) -> Answer:
    return house.ask("MaintenanceEdit", id=10**9)


@refused("MaintenanceEdit", 2)
def _(house: House) -> Answer:
    return edit(house, channel_prefix="nobody's")


@refused("MaintenanceEdit", 20)
def _(house: House) -> Answer:
    return edit(house, datetime_end=BEGIN)
