"""Interruptions, as the streaming servers' own monitoring announces them."""

from datetime import datetime
from typing import Annotated

from headend.catalog.models import Channel
from headend.delivery.models import Maintenance
from headend.interfaces.device_api import STREAMING_API
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Longest
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields
from headend.operators.actions import save
from headend.operators.queries import zone_of

BAD_PARAMETER = 20
Description = Annotated[str, Longest(500)]


@STREAMING_API.call(
    "MaintenanceCreate",
    "POST",
    "/maintenance/create/",
    needs=Needs.SIGNATURE,
    errors={1: "no channel has this prefix", BAD_PARAMETER: "bad parameter"},
    bad_parameter=BAD_PARAMETER,
    writes=True,
)
def create_maintenance(
    guest: Guest,
    channel_prefix: str,
    datetime_begin: datetime,
    datetime_end: datetime | None = None,
    description: Description = "",
) -> Fields:
    """Announce that channels are interrupted from one moment to another, or until further notice.

    Choice: a moment without a zone is one in the operator's zone. The answer has the new interruption's `id`, which
    MaintenanceEdit asks for and the documentation does not list.
    """
    channels = _channels(guest, channel_prefix, 1)
    maintenance = Maintenance(operator=guest.operator, description=description)
    maintenance.begins_at = _moment(guest, datetime_begin)
    maintenance.ends_at = _moment(guest, datetime_end) if datetime_end else None
    _save(guest, maintenance, channels)
    return {"id": maintenance.pk}


@STREAMING_API.call(
    "MaintenanceEdit",
    "POST",
    "/maintenance/edit/",
    needs=Needs.SIGNATURE,
    errors={1: "no such interruption", 2: "no channel has this prefix", BAD_PARAMETER: "bad parameter"},
    bad_parameter=BAD_PARAMETER,
    writes=True,
)
def edit_maintenance(  # noqa: PLR0913 - the wire's own parameters
    guest: Guest,
    id: int,  # noqa: A002 - the wire's word
    channel_prefix: str = "",
    datetime_begin: datetime | None = None,
    datetime_end: datetime | None = None,
    description: Description | None = None,
) -> Fields:
    """Change an interruption; what is not sent stays as it is."""
    maintenance = Maintenance.objects.of(guest.operator.pk).filter(pk=id).first()
    if maintenance is None:
        raise Refused(1)
    channels = _channels(guest, channel_prefix, 2) if channel_prefix else None
    if datetime_begin:
        maintenance.begins_at = _moment(guest, datetime_begin)
    if datetime_end:
        maintenance.ends_at = _moment(guest, datetime_end)
    if description is not None:
        maintenance.description = description
    _save(guest, maintenance, channels)
    return {}


def _channels(guest: Guest, prefix: str, number: int) -> list[Channel]:
    found = list(Channel.objects.of(guest.operator.pk).filter(url_prefix=prefix))
    if not found:
        raise Refused(number)
    return found


def _moment(guest: Guest, told: datetime) -> datetime:
    return told if told.tzinfo else told.replace(tzinfo=zone_of(guest.operator))


def _save(guest: Guest, maintenance: Maintenance, channels: list[Channel] | None) -> None:
    if maintenance.ends_at is not None and maintenance.ends_at <= maintenance.begins_at:
        raise Refused(BAD_PARAMETER, "an interruption ends after it begins")
    save(actor=guest.actor, obj=maintenance, links={"channels": channels} if channels is not None else None)
