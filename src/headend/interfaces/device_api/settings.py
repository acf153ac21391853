"""What devices save of an account's settings in one call."""

from typing import Any

from django.conf import settings
from django.db import transaction

from headend.delivery.models import DataCentre
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.subscribers.actions import PersonalWish, change_account, set_parent_code, set_personal_channels

MINUTES = 60
MOST_HOURS = 24
_FLAGS = {"is_favorited": "is_favourite", "is_hidden": "is_hidden", "is_parent_control": "needs_parent_code"}


@DEVICE_API.call(
    "SettingsSave",
    "GET",
    "/settings/save/",
    errors={1: "the settings were not saved"},
    refusals={Invalid: 1},
    writes=True,
)
def save_settings(  # noqa: PLR0913 - the wire's parameters
    viewer: Viewer,
    parent_code: str = "",
    favorite_channel: int | None = None,
    unfavorite_channel: int | None = None,
    parent_lock_channel: int | None = None,
    parent_unlock_channel: int | None = None,
    use_timeshift: bool | None = None,
    preferred_timeshift_offset: int | None = None,
    data_center_id: int | None = None,
    channels_sort: list[dict[str, Any]] | None = None,
) -> Fields:
    """Save settings of the account: all that are named, or none.

    Choice: the time shift is in hours, 24 at most, as channel lists tell it; `data_center_id` below 1 leaves the choice
    to the platform; `channels_sort` puts its channels in their order before all others.
    """
    wishes = _sorted(channels_sort or [])
    for number, wish in (
        (favorite_channel, {"is_favourite": True}),
        (unfavorite_channel, {"is_favourite": False}),
        (parent_lock_channel, {"needs_parent_code": True}),
        (parent_unlock_channel, {"needs_parent_code": False}),
    ):
        if number is not None:
            wishes.setdefault(number, {}).update(wish)
    fields = _fields(viewer, use_timeshift, preferred_timeshift_offset, data_center_id)
    with transaction.atomic():
        if fields:
            change_account(actor=viewer.actor, account=viewer.account, **fields)
        if wishes:
            set_personal_channels(
                actor=viewer.actor,
                account=viewer.account,
                wishes={number: PersonalWish(**wish) for number, wish in wishes.items()},
            )
        if parent_code:
            set_parent_code(
                actor=viewer.actor, account=viewer.account, code=parent_code, sealing_key=settings.ENCRYPTION_KEY
            )
    return {}


def _sorted(entries: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    wishes: dict[int, dict[str, Any]] = {}
    for place, entry in enumerate(entries, 1):
        number = entry.get("id")
        flags = {ours: entry[wire] for wire, ours in _FLAGS.items() if wire in entry}
        if type(number) is not int or any(flag not in (0, 1) for flag in flags.values()):
            raise Refused(1)
        wishes[number] = {"sort": place} | {name: bool(flag) for name, flag in flags.items()}
    return wishes


def _fields(
    viewer: Viewer, use_timeshift: bool | None, hours: int | None, data_centre: int | None
) -> dict[str, object]:
    fields: dict[str, object] = {}
    if use_timeshift is not None:
        fields["use_timeshift"] = use_timeshift
    if hours is not None:
        if not -MOST_HOURS <= hours <= MOST_HOURS:
            raise Refused(1)
        fields["timeshift_minutes"] = hours * MINUTES
    if data_centre is not None:
        fields["data_centre"] = _data_centre(viewer, data_centre) if data_centre > 0 else None
    return fields


def _data_centre(viewer: Viewer, number: int) -> DataCentre:
    found: DataCentre | None = DataCentre.objects.of(viewer.operator.pk).filter(pk=number, is_enabled=True).first()
    if found is None:
        raise Refused(1)
    return found
