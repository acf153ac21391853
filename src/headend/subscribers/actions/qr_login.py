"""Signing a television in with a phone: the television shows a code, the phone sends it, the television gets a session.

The television proves itself with a ticket that it never shows: whoever reads its screen cannot take the session.
"""

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from headend.kernel.actor import Actor
from headend.kernel.sealing import seal, unseal
from headend.kernel.tokens import digest_of, new_token
from headend.operators.actions import record
from headend.operators.models import Operator
from headend.subscribers.actions.credentials import cleaned
from headend.subscribers.actions.sign_in import admit
from headend.subscribers.errors import QrLoginBroken, QrLoginGone, QrLoginUsed
from headend.subscribers.models import Account, DeviceType, OperatorDeviceType, QrLogin, Session
from headend.subscribers.rules import Refused, SignedIn, SignInRequest

SECONDS = 300
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without what looks like something else
LENGTH = 8
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Television:
    """A television that wants to be signed in. `address` is its IP."""

    uid: str
    type: DeviceType
    model: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a television gets to wait with: the code that it shows and the ticket that it keeps, good for `seconds`."""

    code: str
    ticket: str
    seconds: int = SECONDS


def begin_qr_login(*, operator: Operator, television: Television, now: int) -> Waiting:
    """Let a television wait; nobody's decision, so the audit log does not hear of it."""
    for attempt in range(1, _ATTEMPTS + 1):
        code, ticket = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)), new_token()
        try:
            with transaction.atomic():
                QrLogin.objects.create(
                    operator=operator,
                    code_digest=digest_of(code),
                    ticket_digest=digest_of(ticket),
                    device_uid=television.uid,
                    device_type=television.type,
                    device_model=television.model,
                    address=television.address,
                    expires_at=now + SECONDS,
                )
        except IntegrityError:  # two televisions with the same code
            if attempt == _ATTEMPTS:
                raise
        else:
            return Waiting(code, ticket)
    raise AssertionError("the last attempt returns or raises")


@transaction.atomic
def sign_in_by_qr(*, actor: Actor, account: Account, code: str, now: int, sealing_key: str) -> SignedIn | Refused:
    """Sign the television that shows `code` in to an account. Refused, it goes on waiting.

    Raises QrLoginGone, QrLoginUsed, and QrLoginBroken when its type is no longer served.
    """
    waiting = QrLogin.objects.of(account.operator_id).select_for_update().filter(code_digest=digest_of(code)).first()
    if waiting is None or waiting.expires_at <= now:
        raise QrLoginGone("no television waits with this code")
    if waiting.is_used:
        raise QrLoginUsed("a television has been signed in with this code")
    answer = admit(account=account, request=_request(waiting), now=now, sealing_key=sealing_key)
    if isinstance(answer, SignedIn):
        waiting.is_used = True
        waiting.session = Session.objects.filter(token_digest=answer.session.token_digest).first()
        waiting.sealed_token = seal(answer.token, sealing_key)
        waiting.save()
        record(actor=actor, verb="sign_in", obj=account, changes={"device": waiting.device_uid})
    return answer


def _request(waiting: QrLogin) -> SignInRequest:
    used = OperatorDeviceType.objects.of(waiting.operator_id).filter(device_type=waiting.device_type_id)
    kind = used.filter(is_enabled=True).select_related("device_type").first() if waiting.device_type_id else None
    if kind is None:
        raise QrLoginBroken("the television's type is no longer served")
    return cleaned(
        SignInRequest(
            waiting.operator_id,
            device_uid=waiting.device_uid,
            device_type=kind.device_type.system_name,
            device_model=waiting.device_model,
            address=waiting.address,
        )
    )


@transaction.atomic
def collect_qr_login(*, operator: Operator, ticket: str, now: int, sealing_key: str) -> tuple[str, Session] | None:
    """Give a television its session's token, once; None while nobody has sent its code. Raises QrLoginGone."""
    waits = QrLogin.objects.of(operator.pk).select_for_update().filter(ticket_digest=digest_of(ticket))
    waiting = waits.filter(expires_at__gt=now).first()
    if waiting is None or (waiting.is_used and not (waiting.sealed_token and waiting.session_id)):
        raise QrLoginGone("the code is too old, or the session has been collected")
    if not waiting.is_used:
        return None
    token = unseal(waiting.sealed_token, sealing_key)
    waiting.sealed_token = ""
    waiting.save(update_fields=["sealed_token"])
    return token, Session.objects.select_related("account").get(pk=waiting.session_id)


def forget_qr_logins(*, now: int) -> int:
    """Delete what nobody waits for any more; says how many."""
    return QrLogin.objects.filter(expires_at__lte=now).delete()[0]
