"""Why something was refused, in words for staff: what each check asks, and what would change the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from headend.playback.rules import Check, Reason
from headend.subscribers.rules import SignInRefusal


@dataclass(frozen=True, slots=True)
class Words:
    """What a reason is called, what its check asks, and what staff can do."""

    refusal: Any
    check: Any
    remedy: Any


REASONS: Mapping[Reason, Words] = {
    Reason.ALLOWED: Words(gettext_lazy("Allowed"), "", ""),
    Reason.OPERATOR_CLOSED: Words(
        gettext_lazy("The operator is closed."),
        gettext_lazy("The operator is active"),
        gettext_lazy("Switch the operator on."),
    ),
    Reason.ACCOUNT_INACTIVE: Words(
        gettext_lazy("The account is not active."),
        gettext_lazy("The account is active"),
        gettext_lazy("Switch the account on, or look when it becomes active."),
    ),
    Reason.ACCOUNT_EXPIRED: Words(
        gettext_lazy("The account's time is over."),
        gettext_lazy("The account's time is not over"),
        gettext_lazy("Move the date until which the account is active."),
    ),
    Reason.DEVICE_DISABLED: Words(
        gettext_lazy("The device is switched off."),
        gettext_lazy("The device is switched on"),
        gettext_lazy("Switch the device on."),
    ),
    Reason.CHANNEL_UNKNOWN: Words(
        gettext_lazy("The operator has no such channel."),
        gettext_lazy("The operator has the channel"),
        gettext_lazy("Choose a channel of the account's operator."),
    ),
    Reason.CHANNEL_DISABLED: Words(
        gettext_lazy("The channel is switched off."),
        gettext_lazy("The channel is switched on"),
        gettext_lazy("Switch the channel on."),
    ),
    Reason.MAINTENANCE: Words(
        gettext_lazy("The channel is under maintenance."),
        gettext_lazy("There is no maintenance now"),
        gettext_lazy("Wait for the end of the maintenance, or end it."),
    ),
    Reason.NO_TARIFF: Words(
        gettext_lazy("The account holds no tariff."),
        gettext_lazy("The account holds a tariff"),
        gettext_lazy("Give the customer a tariff."),
    ),
    Reason.NOT_IN_TARIFF: Words(
        gettext_lazy("None of the account's tariffs has this channel."),
        gettext_lazy("One of its tariffs has the channel"),
        gettext_lazy("Give the customer a tariff with this channel, or put the channel into a tariff they hold."),
    ),
    Reason.WRONG_COUNTRY: Words(
        gettext_lazy("The tariff is not for this country."),
        gettext_lazy("The tariff is for this country"),
        gettext_lazy("Look at the tariff's countries and at the country of the account."),
    ),
    Reason.OUTSIDE_HOURS: Words(
        gettext_lazy("The tariff is not for this time of day."),
        gettext_lazy("The tariff is for this time of day"),
        gettext_lazy("Look at the tariff's viewing hours."),
    ),
    Reason.NO_ARCHIVE: Words(
        gettext_lazy("The channel has no catch-up."),
        gettext_lazy("The channel has catch-up"),
        gettext_lazy("Set the days that the channel is kept."),
    ),
    Reason.TOO_OLD: Words(
        gettext_lazy("That is further back than recordings are kept."),
        gettext_lazy("It is still kept"),
        gettext_lazy("Choose a later moment, or keep the channel longer."),
    ),
    Reason.NOT_YET: Words(
        gettext_lazy("That has not been broadcast yet."),
        gettext_lazy("It has been broadcast"),
        gettext_lazy("Choose a moment in the past."),
    ),
    Reason.BLOCKED_PROGRAMME: Words(
        gettext_lazy("This programme may not be shown from the archive."),
        gettext_lazy("The programme is not blocked"),
        gettext_lazy("Its rights do not allow catch-up."),
    ),
    Reason.PARENT_CODE: Words(
        gettext_lazy("The channel asks for the parental code."),
        gettext_lazy("No parental code is needed, or it was given"),
        gettext_lazy("The viewer types the code; a new one can be set at the account."),
    ),
    Reason.TOO_MANY_STREAMS: Words(
        gettext_lazy("Too many devices are watching."),
        gettext_lazy("There is room for another device"),
        gettext_lazy("Stop another device, or give a tariff with more devices."),
    ),
}

SIGN_IN_WORDS: Mapping[str, Any] = {
    SignInRefusal.WRONG_PASSWORD: gettext_lazy("The password was wrong."),
    SignInRefusal.PASSWORD_NEEDED: gettext_lazy("The account may not sign in without a password."),
    SignInRefusal.INACTIVE: gettext_lazy("The account is out of service."),
    SignInRefusal.NO_SESSION: gettext_lazy("The other billing system did not allow it, or something broke."),
    SignInRefusal.BASIC_LIMIT: gettext_lazy("As many set-top boxes as the tariffs allow are bound already."),
    SignInRefusal.DEVICE_OF_ANOTHER: gettext_lazy("The device is bound to another account."),
    SignInRefusal.NO_TARIFF: gettext_lazy("The account holds no tariff."),
    SignInRefusal.WRONG_SUBNET: gettext_lazy("The account may not be used from this address."),
    SignInRefusal.NO_BASIC_DEVICES: gettext_lazy("The tariffs allow no set-top boxes."),
    SignInRefusal.NO_ADDITIONAL_DEVICES: gettext_lazy("The tariffs allow no devices but set-top boxes."),
    SignInRefusal.WRONG_DEVICE_GROUP: gettext_lazy("The account may not be used on this kind of device."),
    SignInRefusal.WRONG_UNBINDING: gettext_lazy("The device to be unbound is not one of the account's."),
    SignInRefusal.WRONG_CODE: gettext_lazy("The code was wrong or too old."),
    SignInRefusal.CODE_SENT_TOO_OFTEN: gettext_lazy("Codes were sent too often."),
    SignInRefusal.CODE_NOT_SENT: gettext_lazy("The code could not be sent."),
    SignInRefusal.TOO_OFTEN: gettext_lazy("Shut out for a while: there were too many wrong attempts."),
}
"""Why a device was not let in to an account, in words for staff; reasons that no known account is refused for are left
out."""


def facts_of(check: Check) -> str:
    """The values that decided a check, in short."""
    data = check.data
    if check.reason is Reason.TOO_MANY_STREAMS and "limit" in data:
        return _("%(used)s of %(limit)s devices are watching") % {"used": data.get("used"), "limit": data["limit"]}
    if check.reason in (Reason.ACCOUNT_INACTIVE, Reason.ACCOUNT_EXPIRED):
        return _between(data.get("active_from"), data.get("active_until"))
    if check.reason is Reason.WRONG_COUNTRY:
        return str(data.get("country") or _("country unknown"))
    if check.reason is Reason.OUTSIDE_HOURS and isinstance(data.get("local_time"), str):
        return datetime.fromisoformat(str(data["local_time"])).strftime("%H:%M")
    if check.reason is Reason.NO_ARCHIVE and isinstance(data.get("archive_seconds"), int):
        return _("kept for %(days)d days") % {"days": int(str(data["archive_seconds"])) // 86400}
    if check.reason is Reason.TOO_OLD and isinstance(data.get("oldest"), int):
        return _between(data["oldest"], None)
    return ""


def _between(since: object, until: object) -> str:
    parts = []
    if isinstance(since, int):
        parts.append(_("from %(moment)s") % {"moment": _moment(since)})
    if isinstance(until, int):
        parts.append(_("until %(moment)s") % {"moment": _moment(until)})
    return " ".join(parts)


def _moment(seconds: int) -> str:
    return localtime(datetime.fromtimestamp(seconds, UTC)).strftime("%Y-%m-%d %H:%M")
