"""Signing in by a phone that is proved with a code."""

from typing import NamedTuple

from headend.kernel.errors import Invalid
from headend.operators.models import Operator
from headend.subscribers.actions.codes import Mailbox, Post, confirm
from headend.subscribers.errors import CodeAwaited, CodeSent, CodeSentTooOften, NotSent, Unconfirmed, WrongCode
from headend.subscribers.models import Account, CodePurpose
from headend.subscribers.ports import Medium, TextSender
from headend.subscribers.queries import accounts_with_phone
from headend.subscribers.rules import Refused, SignInRefusal, SignInRequest, phone_of

_REFUSALS: dict[type[Exception], SignInRefusal] = {
    CodeSent: SignInRefusal.CODE_SENT,
    CodeAwaited: SignInRefusal.CODE_AWAITED,
    CodeSentTooOften: SignInRefusal.CODE_SENT_TOO_OFTEN,
    WrongCode: SignInRefusal.WRONG_CODE,
    NotSent: SignInRefusal.CODE_NOT_SENT,
}


class PhoneProof(NamedTuple):
    """An account, and the phone whose code has just been right for it."""

    account: Account
    mailbox: Mailbox


def nobody_sends(operator_id: int, medium: Medium) -> TextSender:
    """For sign-ins that send nothing."""
    raise NotSent("nothing carries texts here")


def sign_in_mailbox(operator: Operator, phone: str) -> Mailbox:
    """Where codes for signing in go."""
    return Mailbox(operator=operator, purpose=CodePurpose.SIGN_IN, medium=Medium.SMS, address=phone)


def prove_phone(request: SignInRequest, post: Post) -> PhoneProof | Refused:
    """Find the account of a phone and prove the phone, or say what has to happen first.

    Where several accounts have the phone, the request's number says which is meant.
    """
    operator = Operator.objects.filter(pk=request.operator_id, is_active=True).first()
    if operator is None:
        return Refused(SignInRefusal.WRONG_KEY)
    try:
        phone = phone_of(request.phone)
    except Invalid:
        return Refused(SignInRefusal.BAD_PHONE)
    accounts = accounts_with_phone(operator.pk, phone)
    found = (accounts if request.number is None else accounts.filter(number=request.number))[:2]
    if len(found) != 1:
        return Refused(SignInRefusal.NO_ACCOUNT)
    mailbox = sign_in_mailbox(operator, phone)
    try:
        confirm(mailbox=mailbox, code=request.code, post=post)
    except (Unconfirmed, NotSent) as refusal:
        return Refused(_REFUSALS[type(refusal)], account_id=found[0].pk)
    return PhoneProof(found[0], mailbox)
