"""Signing in beside the gate's Login: in another system, and which accounts a phone has."""

from typing import Any

from headend.interfaces.attempts import ERRANDS
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.external import external_subscribers
from headend.interfaces.texts import post_at
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.subscribers.actions import confirm, sign_in_mailbox
from headend.subscribers.errors import CodeAwaited, CodeSent, CodeSentTooOften, ExternalFailed, NotSent, WrongCode
from headend.subscribers.ports import ExternalSignIn
from headend.subscribers.queries import accounts_with_phone
from headend.subscribers.rules import Refused as NotLetIn
from headend.subscribers.rules import SignInRefusal as Why
from headend.subscribers.rules import SignInRequest, phone_of

_EXTERNAL_ERRORS = {
    1: "account not found",
    2: "account inactive",
    3: "the other system opens no session",
    4: "bad client_id or api_key",
    6: "the device is bound to another account",
    7: "the other system does not answer, or there is none",
    9: "not allowed from this address",
    15: "this kind of device is not allowed",
}
_EXTERNAL_REFUSALS = {
    Why.NO_ACCOUNT: 1,
    Why.INACTIVE: 2,
    Why.WRONG_KEY: 4,
    Why.DEVICE_OF_ANOTHER: 6,
    Why.WRONG_SUBNET: 9,
    Why.WRONG_DEVICE_GROUP: 15,
}


@DEVICE_API.call(
    "LoginExt",
    "GET",
    "/login/ext/",
    needs=Needs.KEY,
    errors=_EXTERNAL_ERRORS | {13: "the other system is making the account, try again later"},
    refusals={ExternalFailed: 7},
    has_message=False,
    writes=True,
)
def sign_in_elsewhere(  # noqa: PLR0913 - the wire's parameters
    guest: Guest,
    abonement: int | None = None,
    password: str = "",
    device_serial: str = "",
    device_model: str = "",
    brand_name: str = "",
    reset_block_status_reason: bool = False,
) -> Fields:
    """Sign a device in with another system that knows the subscribers.

    Choice: no session of ours is opened, and `authkey` is the other system's own. Which system that is, the setting
    EXTERNAL_SUBSCRIBERS says; none comes with the platform, and without one the answer is 7.
    """
    request = SignInRequest(
        guest.operator.pk,
        number=abonement,
        password=password,
        device_uid=guest.device_uid,
        device_type=guest.asked.text("device")[:60],
        device_serial=device_serial,
        device_model=device_model,
        device_brand=brand_name,
        address=guest.address,
        reset_block=reset_block_status_reason,
    )
    answer = external_subscribers().sign_in(request)
    if isinstance(answer, NotLetIn):
        raise Refused(_EXTERNAL_REFUSALS.get(answer.reason, 3))
    return _welcome(guest, answer)


def _welcome(guest: Guest, answer: ExternalSignIn) -> Fields:
    details = answer.details
    return {
        "authkey": answer.token,
        "utc_time": int(guest.now.timestamp()),
        "firstname": details["first_name"],
        "lastname": details["last_name"],
        "abonement": details["number"],
        "account_id": answer.account_id,
        "customer_id": details["customer_id"],
        "customer_ext_id": details["customer_external_id"],
        "currency": details["currency"],
        "ip_address": guest.address,
        "activation_days_left": _or_none(details["days_left"]),
        "parent_code": details["parent_code"],
        "last_channel": _or_none(details["last_channel_id"]),
        "device_uid": answer.device_uid,
        "confirmation_phone": "",
        "reset_settings": details["needs_settings_reset"],
        "template": details["template"],
        "use_timeshift": int(details["uses_timeshift"]),
        "contract_number": details["contract_number"],
        "status_reason": details["status_reason"],
        "data_center_id": _or_none(details["data_centre_id"]),
        "data_centers": details["data_centres"],
    }


def _or_none(number: int | None) -> int:
    return -1 if number is None else number


@DEVICE_API.call(
    "LoginCustomerList",
    "GET",
    "/login/customer_list/",
    needs=Needs.KEY,
    errors={
        1: "nobody has this phone",
        2: "several accounts have this phone: sign in with the number of one",
        3: "a code was sent: repeat with validation_code",
        4: "bad validation_code",
        5: "a code was sent a moment ago",
        6: "codes were sent too often",
        7: "the code could not be sent",
        8: "a parameter is missing or bad",
    },
    refusals={CodeSent: 3, WrongCode: 4, CodeAwaited: 5, CodeSentTooOften: 6, NotSent: 7, Invalid: 8},
    bad_parameter=8,
)
def customers_of_phone(guest: Guest, phone_number: str, validation_code: str = "") -> Fields:
    """Tell whose phone this is, once a code has proved it.

    Choice: the code stays good for a Login with the phone, and the number where there are several: what this call
    proves need not be proved again.
    """
    if not ERRANDS.may_try(guest.operator.pk, guest.address):
        raise Refused(6)
    phone = phone_of(phone_number)
    accounts = list(accounts_with_phone(guest.operator.pk, phone).order_by("number")[:100])
    if not accounts:
        raise Refused(1)
    confirm(mailbox=sign_in_mailbox(guest.operator, phone), code=validation_code, post=post_at(guest.now))
    customers: list[dict[str, Any]] = [
        {"ext_id": account.customer.external_id or "", "abonement": account.number} for account in accounts
    ]
    if len(customers) > 1:
        raise Refused(2, fields={"customers": customers})
    return {"customers": customers}
