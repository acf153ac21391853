"""Signing a television in with a phone that is signed in already."""

from django.conf import settings

from headend.interfaces.attempts import ERRANDS, GUESSES
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.pictures import qr_url
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields
from headend.subscribers.actions import Television, begin_qr_login, collect_qr_login, sign_in_by_qr
from headend.subscribers.errors import QrLoginBroken, QrLoginGone, QrLoginUsed
from headend.subscribers.rules import Refused as NotLetIn
from headend.subscribers.rules import SignInRefusal as Why

_REFUSALS = {
    Why.NO_SESSION: 6,
    Why.INACTIVE: 8,
    Why.BASIC_LIMIT: 9,
    Why.DEVICE_OF_ANOTHER: 10,
    Why.NO_TARIFF: 12,
    Why.WRONG_SUBNET: 13,
    Why.NO_BASIC_DEVICES: 14,
    Why.NO_ADDITIONAL_DEVICES: 15,
    Why.WRONG_DEVICE_GROUP: 16,
}


@DEVICE_API.call(
    "GenerateQRLogin",
    "GET",
    "/noauth/qr/login/generate/",
    needs=Needs.KEY,
    errors={
        1: "device or device_uid is missing",
        2: "this kind of device is not served",
        3: "too many wait, try again later",
    },
    has_message=False,
    writes=True,
)
def begin(guest: Guest, device_model: str = "") -> Fields:
    """Give a television a code to show, as figures and letters and as the picture of a QR code.

    Choice: the QR code leads to the operator's portal with `login_code` behind it, else holds the code alone. There is
    no socket to listen at: with `connection_token` the television asks QRLoginStatus every few seconds.
    """
    if not guest.device_uid or not guest.asked.text("device"):
        raise Refused(1)
    if guest.device_type is None or not guest.device_type.is_enabled:
        raise Refused(2)
    if not ERRANDS.may_try(guest.operator.pk, guest.address):
        raise Refused(3)
    television = Television(
        uid=guest.device_uid,
        type=guest.device_type.device_type,
        model=device_model[:100],
        address=guest.address,
    )
    waiting = begin_qr_login(operator=guest.operator, television=television, now=int(guest.now.timestamp()))
    return {
        "qrcode_url": whole(qr_url(guest.operator.pk, waiting.code)),
        "connection_token": waiting.ticket,
        "session_ttl": waiting.seconds,
        "login_code": waiting.code,
    }


@DEVICE_API.call(
    "QRLoginStatus",
    "GET",
    "/noauth/qr/login/status/",
    needs=Needs.KEY,
    errors={
        1: "connection_token is missing or bad",
        2: "the code is too old, or the session has been collected",
        3: "nobody has sent the code yet",
    },
    refusals={QrLoginGone: 2},
)
def collect(guest: Guest, connection_token: str) -> Fields:
    """Give a television that waits its session, once a phone has sent its code.

    Choice: ours; the documentation hands the session over a socket of its own protocol, which is not described.
    """
    now = int(guest.now.timestamp())
    found = collect_qr_login(
        operator=guest.operator, ticket=connection_token, now=now, sealing_key=settings.ENCRYPTION_KEY
    )
    if found is None:
        raise Refused(3)
    token, session = found
    return {"authkey": token, "device_uid": session.device_uid, "abonement": session.account.number}


@DEVICE_API.call(
    "SyncQRLogin",
    "POST",
    "/qr/login/sync/",
    errors={
        1: "login_code is missing or bad",
        2: "no television waits with this code, or no longer",
        5: "a television has been signed in with this code",
        6: "could not open a session",
        7: "the television's type is no longer served",
        8: "account inactive",
        9: "too many basic devices",
        10: "the television is bound to another account",
        12: "no tariffs assigned",
        13: "not allowed from the television's address",
        14: "basic devices are not allowed by the tariffs",
        15: "additional devices are not allowed by the tariffs",
        16: "this kind of device is not allowed",
        18: "the television could not be signed in",
        4: "the television has no id",
        11: "the other system does not answer",
        17: "too many devices of this kind",
        19: "the session could not be made",
    },
    refusals={QrLoginGone: 2, QrLoginUsed: 5, QrLoginBroken: 7},
    writes=True,
)
def sync(viewer: Viewer, login_code: str) -> Fields:
    """Sign the television in that shows this code.

    Choice: a code that is typed may have small letters, blanks and dashes. After ten wrong ones an account has to wait.
    """
    code = login_code.upper().replace(" ", "").replace("-", "")
    if not (code.isascii() and code.isalnum() and len(code) <= 20):
        raise Refused(1)
    if not GUESSES.may_try("qr", viewer.account.pk):
        raise Refused(18, "too many attempts, try again later")
    answer = sign_in_by_qr(
        actor=viewer.actor,
        account=viewer.account,
        code=code,
        now=int(viewer.now.timestamp()),
        sealing_key=settings.ENCRYPTION_KEY,
    )
    GUESSES.was_right("qr", viewer.account.pk)
    if isinstance(answer, NotLetIn):
        raise Refused(_REFUSALS.get(answer.reason, 18))
    return {}
