"""What the calls for accounts take, and where it goes."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypedDict

from headend.delivery.models import DataCentre
from headend.interfaces.billing_api.rows import MINUTES
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.parameters import Longest
from headend.kernel.errors import Invalid
from headend.kernel.tokens import new_figures

MOST_HOURS = 24
DIGITS = 6  # of a password that nobody has chosen


class AccountFields(TypedDict, total=False):
    """The fields of an account that a call may name."""

    account_ext_id: str
    password: str
    active: bool
    status_reason: str
    auto_activation_period: int
    extension_date: date
    activation_date: date
    deactivation_date: date
    allow_multiple_login: bool
    allow_login_by_abonement: bool
    allow_login_by_device_uid: bool
    allow_login_by_ip: bool
    parent_code: str
    use_timeshift: bool
    preferred_timeshift_offset: int
    data_center: int
    allowed_device_groups: list[int]
    subnets: Annotated[str, Longest(2000)]
    template: str
    option1: str
    option2: str
    option3: str
    reset_device_settings: bool


_PLAIN = {
    "account_ext_id": "external_id",
    "active": "is_active",
    "status_reason": "status_reason",
    "extension_date": "extends_on",
    "activation_date": "activates_on",
    "deactivation_date": "deactivates_on",
    "allow_multiple_login": "allow_multiple_login",
    "allow_login_by_abonement": "allow_login_by_number",
    "allow_login_by_device_uid": "allow_login_by_device",
    "allow_login_by_ip": "allow_login_by_address",
    "use_timeshift": "use_timeshift",
    "allowed_device_groups": "allowed_device_groups",
    "subnets": "subnets",
    "template": "template",
    "option1": "option1",
    "option2": "option2",
    "option3": "option3",
    "reset_device_settings": "needs_settings_reset",
}
ERROR_FIELDS = {ours: wire for wire, ours in _PLAIN.items()} | {
    "number": "abonement",
    "auto_activation_days": "auto_activation_period",
    "timeshift_minutes": "preferred_timeshift_offset",
    "data_centre": "data_center",
}


def domain_fields(caller: Guest, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent as fields of an account's record; passwords and parental codes have actions of their own.

    Raises Invalid.
    """
    fields = {ours: sent[wire] for wire, ours in _PLAIN.items() if wire in sent}
    if "auto_activation_period" in sent:
        fields["auto_activation_days"] = sent["auto_activation_period"] or None
    if "preferred_timeshift_offset" in sent:
        fields["timeshift_minutes"] = _minutes(sent["preferred_timeshift_offset"])
    if "data_center" in sent:
        fields["data_centre"] = _data_centre(caller, sent["data_center"])
    return fields


def _minutes(hours: int) -> int:
    if abs(hours) > MOST_HOURS:
        raise Invalid(f"a time shift has at most {MOST_HOURS} hours", "timeshift_minutes")
    return hours * MINUTES


def _data_centre(caller: Guest, number: int) -> DataCentre | None:
    found: DataCentre | None = DataCentre.objects.of(caller.operator.pk).filter(pk=number).first()
    if found is None and number > 0:
        raise Invalid("there is no such data centre", "data_centre")
    return found


def password_of(sent: Mapping[str, Any]) -> str:
    """The password that was sent, else one of six figures, which a remote control can type."""
    return sent.get("password") or new_figures(DIGITS)
