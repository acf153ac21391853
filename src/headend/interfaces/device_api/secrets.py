"""An account's secrets: its password, its parental code, and handing the account on to another service."""

from django.conf import settings

from headend.interfaces.attempts import ERRANDS, GUESSES
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.external import external_subscribers
from headend.interfaces.texts import post_at
from headend.interfaces.wire.callers import Guest, Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.errors import Invalid, NotFound
from headend.kernel.formats import Fields
from headend.subscribers import actions
from headend.subscribers.errors import (
    CodeAwaited,
    CodeSent,
    CodeSentTooOften,
    ExternalFailed,
    ExternalUnset,
    NoAccount,
    NoParentCode,
    NoPhone,
    NotSent,
    SeveralAccounts,
    WrongCode,
    WrongPassword,
)

_TOO_MANY = "too many attempts, try again later"


@DEVICE_API.call(
    "AccountPasswordChange",
    "GET",
    "/account/password/change/",
    errors={1: "the new password is too short, or a parameter is missing", 2: "the old password is wrong"},
    refusals={Invalid: 1, WrongPassword: 2},
    writes=True,
)
def change_password(viewer: Viewer, old_password: str, new_password: str) -> Fields:
    """Change the account's password, which has six characters or more; devices that are signed in stay so."""
    if not GUESSES.may_try("password", viewer.account.pk):
        raise Refused(2, _TOO_MANY)
    actions.change_password(actor=viewer.actor, account=viewer.account, old=old_password, new=new_password)
    GUESSES.was_right("password", viewer.account.pk)
    return {}


@DEVICE_API.call(
    "AccountParentCodeSet",
    "POST",
    "/account/parent_code/set/",
    errors={1: "the old code is wrong or the new one bad: see error_messages"},
    has_message=False,
    writes=True,
)
def set_parent_code(viewer: Viewer, old_pin: str = "", new_pin: str = "") -> Fields:
    """Set the code that locked channels ask for, 1 to 16 characters; where there is one, it has to be given too."""
    if not new_pin:
        raise _bad_pin("new_pin", "a code is needed")
    if not GUESSES.may_try("parent_code", viewer.account.pk):
        raise _bad_pin("old_pin", _TOO_MANY)
    try:
        actions.change_parent_code(
            actor=viewer.actor,
            account=viewer.account,
            old=old_pin,
            new=new_pin,
            sealing_key=settings.ENCRYPTION_KEY,
        )
    except WrongPassword as error:
        raise _bad_pin("old_pin", str(error)) from error
    except Invalid as error:
        raise _bad_pin("new_pin", str(error)) from error
    GUESSES.was_right("parent_code", viewer.account.pk)
    return {"error_messages": {}}


def _bad_pin(place: str, words: str) -> Refused:
    return Refused(1, fields={"error_messages": {place: words}})


@DEVICE_API.call(
    "SendParentCodeBySms",
    "GET",
    "/account/send_parent_code_by_sms/",
    errors={
        1: "it could not be sent",
        2: "the customer has no mobile phone",
        3: "there is no parental code",
        4: "it was sent a moment ago",
        5: "it was sent too often today",
    },
    refusals={NotSent: 1, NoPhone: 2, NoParentCode: 3, CodeAwaited: 4, CodeSentTooOften: 5},
)
def send_parent_code(viewer: Viewer) -> Fields:
    """Send the parental code to the customer's mobile phone, once in a minute and ten times in a day at most."""
    actions.send_parent_code(account=viewer.account, post=post_at(viewer.now))
    return {}


@DEVICE_API.call(
    "AccountResetPassword",
    "GET",
    "/account/reset_password/",
    needs=Needs.KEY,
    errors={
        1: "a phone or a mail address is needed, or is bad",
        2: "nobody has it",
        3: "a code was sent: repeat with code",
        4: "several accounts have it",
        5: "bad code",
        6: "the customer has no account",
        7: "a code has been sent already",
        8: "it could not be sent",
    },
    refusals={
        Invalid: 1,
        NotFound: 2,
        CodeSent: 3,
        SeveralAccounts: 4,
        WrongCode: 5,
        NoAccount: 6,
        CodeAwaited: 7,
        CodeSentTooOften: 7,
        NotSent: 8,
    },
    writes=True,
)
def reset_password(guest: Guest, email: str = "", mobile_phone_number: str = "", code: str = "") -> Fields:
    """Send a new password to the phone or mail box that a code has been sent to and read.

    Choice: where both are given the phone counts. The new password has eight figures and replaces the old one once it
    has been sent.
    """
    if not ERRANDS.may_try(guest.operator.pk, guest.address):
        raise Refused(7, _TOO_MANY)
    actions.reset_password(
        actor=guest.actor,
        operator=guest.operator,
        phone=mobile_phone_number,
        email=email,
        code=code,
        post=post_at(guest.now),
    )
    return {}


@DEVICE_API.call(
    "AccountExport",
    "GET",
    "/account/export/",
    errors={1: "the other system does not answer", 2: "the other system has no such account", 3: "there is none"},
    refusals={ExternalUnset: 3, ExternalFailed: 1, NotFound: 2},
)
def export_account(viewer: Viewer, service_id: str = "", login: str = "", password: str = "") -> Fields:
    """Hand the account on to another service.

    Choice: which service that is, the setting EXTERNAL_SUBSCRIBERS says; without one the answer is 3.
    """
    external_subscribers().export(viewer.operator.pk, viewer.account.number, service_id, login, password)
    return {}
