"""What an account thinks of channels. The channels themselves are the gate's."""

from typing import Any

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields
from headend.subscribers.actions import PersonalWish, set_personal_channels
from headend.subscribers.errors import OfAnotherOperator
from headend.subscribers.queries import personal_channels

_ERRORS = {400: "a parameter is missing or bad", 404: "no such channel"}
_FLAGS = {"is_favorited": "is_favourite", "is_hidden": "is_hidden", "is_parent_control": "needs_parent_code"}


@DEVICE_API.call(
    "AccountChannelsUpdate",
    "POST",
    "/v2/account/channels/update/",
    errors=_ERRORS,
    refusals={OfAnotherOperator: 404},
    bad_parameter=400,
    writes=True,
)
def update_channels(viewer: Viewer, account_channels: list[dict[str, Any]]) -> Fields:
    """Set favourite, hidden and parental code of channels; what an entry does not name stays."""
    wishes = dict(_wish(entry) for entry in account_channels)
    set_personal_channels(actor=viewer.actor, account=viewer.account, wishes=wishes)
    return {}


def _wish(entry: dict[str, Any]) -> tuple[int, PersonalWish]:
    number = entry.get("channel_id")
    flags = {ours: entry[wire] for wire, ours in _FLAGS.items() if wire in entry}
    if type(number) is not int or any(flag not in (0, 1) for flag in flags.values()):
        raise Refused(400)
    return number, PersonalWish(**{name: bool(flag) for name, flag in flags.items()})


@DEVICE_API.call(
    "AccountChannelsSort",
    "POST",
    "/v2/account/channels/sort/",
    errors=_ERRORS,
    refusals={OfAnotherOperator: 404},
    bad_parameter=400,
    writes=True,
)
def sort_channels(viewer: Viewer, channel_ids: list[int]) -> Fields:
    """Put the account's channels in this order."""
    wishes = {number: PersonalWish(sort=place) for place, number in enumerate(dict.fromkeys(channel_ids), 1)}
    set_personal_channels(actor=viewer.actor, account=viewer.account, wishes=wishes)
    return {}


@DEVICE_API.call("AccountSettingsChannelInfo", "GET", "/v2/account/channels/accountsettingsinfo/")
def channel_info(viewer: Viewer) -> Fields:
    """Tell which channels are favourites, hidden and behind the parental code."""
    entries = list(personal_channels(viewer.account))
    return {wire: [entry.channel_id for entry in entries if getattr(entry, ours)] for wire, ours in _FLAGS.items()}
