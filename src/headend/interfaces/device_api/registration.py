"""Households that register themselves."""

from headend.interfaces.attempts import ERRANDS
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.external import external_subscribers
from headend.interfaces.pictures import captcha_url, draw_figures
from headend.interfaces.texts import post_at
from headend.interfaces.wire.callers import Guest, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.subscribers.actions import Wish, register
from headend.subscribers.errors import (
    AlreadyRegistered,
    CaptchaNeeded,
    CodeAwaited,
    CodeSent,
    CodeSentTooOften,
    ExternalFailed,
    NotSent,
    RegisteredTooOften,
    RegistrationClosed,
    RegistrationUnset,
    WrongCaptcha,
    WrongCode,
)
from headend.subscribers.ports import ExternalRegistration

_PLACES = {"days": 4, "phone": 5, "recipient": 7, "dealer": 15}
_NEVER = "the phone is not confirmed by calls here"


@DEVICE_API.call(
    "AccountRegister",
    "GET",
    "/account/register/",
    needs=Needs.KEY,
    errors={
        1: "a parameter is bad, or the code could not be sent",
        2: "registration has not been set up",
        3: "too many registrations from this address",
        4: "bad auto_activation_period",
        5: "bad mobile_phone_number",
        6: "the phone or the device is registered already",
        7: "mobile_phone_number or device_uid is needed",
        8: "the other system does not answer, or there is none",
        9: "a code was sent: repeat with code",
        10: "bad code",
        12: "repeat with captcha_code: the figures at captcha_url",
        13: "bad or old captcha_code: there is a new picture at captcha_url",
        14: "too many pictures, try again later",
        15: "bad dealer_id",
        18: "registration is closed",
        21: "a code was sent a moment ago",
        23: "bad custom_billing_provider_id",
        25: "codes were sent too often",
        11: "the other system does not make accounts",
        24: "the phone differs from the account's",
        **dict.fromkeys((16, 17, 19, 20, 22), _NEVER),
    },
    refusals={
        RegistrationUnset: 2,
        RegistrationClosed: 18,
        RegisteredTooOften: 3,
        AlreadyRegistered: 6,
        ExternalFailed: 8,
        CodeSent: 9,
        WrongCode: 10,
        CodeAwaited: 21,
        CodeSentTooOften: 25,
        NotSent: 1,
    },
    writes=True,
)
def register_account(  # noqa: PLR0913 - the wire's parameters
    guest: Guest,
    send_sms: bool = False,
    auto_activation_period: int | None = None,
    comment: str = "",
    mobile_phone_number: str = "",
    region_code: str = "",
    code: str = "",
    device_model: str = "",
    password: str = "",
    parent_code: str = "",
    external: bool = False,
    login: str = "",
    captcha_code: str = "",
    dealer_id: int | None = None,
    custom_billing_provider_id: int | None = None,
    generate_confirmation_phone_qrcode: bool = False,
) -> Fields:
    """Make an account for a household: the same call again and again, with what the last answer asked for.

    Choice: what the operator's registration rules ask for comes in this order: the figures in a picture, then the code
    from an SMS. A code that is given is looked at first, for whoever has one has read a picture. The picture belongs to
    the address and the device that asked. `region_code` is the account's country when it has two letters. Whoever has a
    device_uid and gets an account has the device bound to it. There are no providers of billing to choose from, so any
    custom_billing_provider_id is bad; with external=1 the system of the setting EXTERNAL_SUBSCRIBERS makes the account.
    """
    if custom_billing_provider_id is not None:
        raise Refused(23)
    if not ERRANDS.may_try(guest.operator.pk, guest.address):
        raise Refused(14)
    if external:
        return _registered(*_elsewhere(guest, login, password, mobile_phone_number))
    wish = Wish(
        phone=mobile_phone_number,
        device_uid=guest.device_uid,
        device_type=guest.device_type.device_type if guest.device_type else None,
        device_model=device_model[:100],
        password=password,
        parent_code=parent_code,
        comment=comment,
        country=region_code,
        trial_days=auto_activation_period,
        dealer_id=dealer_id,
        address=guest.address,
        code=code,
        captcha=captcha_code,
        tells_phone=send_sms,
    )
    return _registered(*_here(guest, wish))


def _here(guest: Guest, wish: Wish) -> tuple[int, str]:
    try:
        done = register(
            actor=guest.actor, operator=guest.operator, wish=wish, post=post_at(guest.now), draw=draw_figures
        )
    except CaptchaNeeded as needed:
        number = 13 if isinstance(needed, WrongCaptcha) else 12
        raise Refused(number, fields={"captcha_url": whole(captcha_url(needed.name))}) from needed
    except Invalid as error:
        raise Refused(_PLACES.get(error.place, 1), str(error)) from error
    return done.account.number, done.password


def _elsewhere(guest: Guest, login: str, password: str, phone: str) -> tuple[int, str]:
    wish = ExternalRegistration(
        operator_id=guest.operator.pk,
        login=login,
        password=password,
        phone=phone,
        device_uid=guest.device_uid,
        address=guest.address,
    )
    return external_subscribers().register(wish)


def _registered(number: int, password: str) -> Fields:
    return {
        "abonement": number,
        "password": password,
        "captcha_url": "",
        "confirmation_phone": "",
        "confirmation_phone_qrcode_url": "",
    }
