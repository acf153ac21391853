"""Where accounts stopped watching, and what they want to be reminded of."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from django.conf import settings

from headend.catalog.ports import ProgrammeDetails
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.rows import meta_of
from headend.interfaces.wire.callers import Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields
from headend.viewing.actions import (
    add_reminder,
    forget_position,
    remember_channel,
    remove_reminders,
    set_asset_position,
    set_programme_position,
)
from headend.viewing.actions.positions import Stop
from headend.viewing.errors import NothingToRemember
from headend.viewing.models import Reminder
from headend.viewing.queries import reminders_of
from headend.viewing.rules import MOST_SECONDS

BAD = {1: "a parameter is bad"}
KINDS = ("program", "video")
LARGEST_PICTURE = 4096

_details = msgspec.json.Decoder(ProgrammeDetails)


@DEVICE_API.call(
    "ContentPositionSet",
    "GET",
    "/content/position/set/",
    errors={**BAD, 2: "it could not be kept", 3: "a title needs an asset_id", 404: "no such programme, title or file"},
    refusals={NothingToRemember: 404},
)
def set_position(  # noqa: PLR0913 - the wire's own parameters
    viewer: Viewer,
    content_type: str,
    content_id: int,
    position: int,
    asset_id: int | None = None,
    duration: int = 0,
    is_viewed: bool | None = None,
) -> Fields:
    """Remember where the account stopped in a programme or a file of a title, for 30 days.

    Choice: without `is_viewed` it counts as seen from 95 % of its length on. The last position that arrives wins.
    """
    if content_type not in KINDS or not (0 <= position <= MOST_SECONDS and 0 <= duration <= MOST_SECONDS):
        raise Refused(1)
    stop = Stop(position, duration, is_viewed)
    if content_type == "program":
        set_programme_position(account=viewer.account, programme_id=content_id, stop=stop, now=viewer.now)
        return {}
    if asset_id is None:
        raise Refused(3)
    set_asset_position(account=viewer.account, title_id=content_id, asset_id=asset_id, stop=stop, now=viewer.now)
    return {}


@DEVICE_API.call(
    "ContentPositionDelete", "GET", "/content/position/delete/", errors={**BAD, 2: "it could not be forgotten"}
)
def delete_position(viewer: Viewer, content_type: str, content_id: int, asset_id: int | None = None) -> Fields:
    """Forget where the account stopped; in a title in all of its files, or in one."""
    if content_type not in KINDS:
        raise Refused(1)
    forget_position(account=viewer.account, content_id=content_id, is_title=content_type == "video", asset_id=asset_id)
    return {}


@DEVICE_API.call(
    "ContentPositionRememberChannel",
    "GET",
    "/content/position/remember/channel/",
    errors=BAD,
    refusals={NothingToRemember: 1},
)
def remember(viewer: Viewer, channel_id: int) -> Fields:
    """Remember which channel the account watches."""
    remember_channel(account=viewer.account, channel_id=channel_id, now=viewer.now)
    return {}


# --- reminders -------------------------------------------------------------------------------------------------------


@DEVICE_API.call(
    "NotificationCreate",
    "GET",
    "/notification/create/",
    errors={404: "no such channel or programme"},
    refusals={NothingToRemember: 404},
    bad_parameter=404,
)
def create_reminder(viewer: Viewer, cid: int, pid: int, timeshift_offset: int = 0) -> Fields:
    """Remind the account of a programme; `timeshift_offset` is the shift in hours in which it watches."""
    if abs(timeshift_offset) > 24:
        raise Refused(404)
    add_reminder(account=viewer.account, channel_id=cid, programme_id=pid, shift_hours=timeshift_offset)
    return {}


@DEVICE_API.call("NotificationDelete", "GET", "/notification/delete/", errors={1: "no such reminder"})
def delete_reminder(viewer: Viewer, pid: str) -> Fields:
    """Take a reminder away, or with `all` every one."""
    number = None if pid == "all" else int(pid) if pid.isascii() and pid.isdigit() and len(pid) < 19 else 0
    if not remove_reminders(account=viewer.account, programme_id=number) and number is not None:
        raise Refused(1)
    return {}


@DEVICE_API.call("NotificationList", "GET", "/notification/list/", errors={1: "no picture has this size"})
def list_reminders(viewer: Viewer, icon_width: int | None = None, icon_height: int | None = None) -> Fields:
    """List what the account wants to be reminded of and is not over yet.

    Choice: `icon_width` and `icon_height` change nothing: a picture comes in the size in which it was given.
    """
    if any(not 1 <= (side or 1) <= LARGEST_PICTURE for side in (icon_width, icon_height)):
        raise Refused(1)
    found = reminders_of(viewer.account, viewer.now)
    return {"notifications": [_reminder(viewer, reminder) for reminder in found]}


def _reminder(viewer: Viewer, reminder: Reminder) -> Mapping[str, object]:
    channel, programme = reminder.channel, reminder.programme
    details, language = _details.decode(programme.details), viewer.language_code
    return {
        "id": channel.pk,
        "name": viewer.name_of(channel),
        "url": _channel_url(viewer, channel.pk),
        "icon": whole(channel.icon_url),
        "category_id": channel.category_id or 0,
        "timeshift_offset": reminder.shift_hours,
        "has_record": int(channel.recording_days > 0),
        "max_archive_duration": channel.recording_days,
        "program_id": programme.pk,
        "program_name": details.titles.get(language) or programme.title,
        "program_begin_time": int(reminder.starts_at.timestamp()),
        "program_end_time": int(reminder.ends_at.timestamp()),
        "program_description": details.descriptions.get(language) or details.description,
        "program_category": viewer.name_of(programme.category),
        "program_preview_url": whole(details.icons[0]) if details.icons else "",
        "program_rating": programme.age,
        "program_meta": meta_of(details, language),
    }


def _channel_url(viewer: Viewer, number: int) -> str:
    token = viewer.asked.text("authkey") or viewer.asked.cookies.get("authkey", "")
    query = urlencode({"cid": number, "client_id": viewer.operator.pk, "authkey": token})
    return f"{settings.HEADEND.base_url}{DEVICE_API.base}/channel/url/?{query}"
