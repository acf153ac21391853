"""Codes that prove who reads what is sent to a phone or mail box: kept as digests, good for minutes and few guesses.

The same call is made twice: without a code it sends one and says so by raising CodeSent, with the code it returns.
What is written stays written when it raises, so none of this runs inside a caller's transaction.
"""

import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from headend.operators.models import Operator
from headend.subscribers.errors import CodeAwaited, CodeSent, CodeSentTooOften, NotSent, WrongCode
from headend.subscribers.models import CodePurpose, ConfirmationCode
from headend.subscribers.ports import Medium, Text, TextSenders
from headend.subscribers.rules import CodeState, Sending, count_sending, decide_sending, is_open

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where a code goes and what for: a phone ("+" and digits) or a mail address of an operator's customer."""

    operator: Operator
    purpose: CodePurpose
    medium: Medium
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sending takes: who carries texts, the key that digests are made with, and the time in epoch seconds."""

    senders: TextSenders
    sealing_key: str
    now: int


def confirm(*, mailbox: Mailbox, code: str, post: Post) -> None:
    """Prove that somebody reads a mailbox. Returns when `code` is right; it stays good until `use_up`.

    Raises WrongCode; without a code CodeSent once one was sent, CodeAwaited while the last may still arrive,
    CodeSentTooOften, and NotSent.
    """
    if code:
        if not _is_right(mailbox, code, post):
            raise WrongCode("the code is wrong or too old")
        return
    send_counted(mailbox=mailbox, post=post, words=_words_of_code, code=new_code())
    raise CodeSent("a code was sent")


def new_code() -> str:
    """Six figures, of which the first is no nought: some devices send codes as numbers."""
    return str(100_000 + secrets.randbelow(900_000))


Words = Callable[[Operator, str], tuple[str, str]]


def send_counted(*, mailbox: Mailbox, post: Post, words: Words, code: str) -> None:
    """Send a text of `words` (operator, code) -> (subject, body) unless that was done too often; raises as `confirm`.

    The count is written before anything is sent, so that two requests at once send one text.
    """
    before = _count(mailbox, code, post)
    try:
        post.senders(mailbox.operator.pk, mailbox.medium).send(_text(mailbox, words, code))
    except NotSent:
        log.warning("operator %s: a text by %s was not sent", mailbox.operator.pk, mailbox.medium)
        _take_back(mailbox, before)
        raise


def use_up(*, mailbox: Mailbox, code: str, post: Post) -> bool:
    """Take a right code out of use, in the caller's transaction; False when somebody else was faster."""
    return bool(_rows(mailbox).filter(digest=_digest(mailbox, code, post)).update(digest=""))


def send_text(*, mailbox: Mailbox, words: Words, secret: str, senders: TextSenders) -> None:
    """Send a text of `words` in the operator's language, uncounted; raises NotSent."""
    senders(mailbox.operator.pk, mailbox.medium).send(_text(mailbox, words, secret))


def forget_codes(*, before: int) -> int:
    """Delete codes that were sent before a moment (epoch seconds); says how many."""
    return ConfirmationCode.objects.filter(sent_at__lt=before).delete()[0]


def _text(mailbox: Mailbox, words: Words, code: str) -> Text:
    with override(mailbox.operator.language):
        subject, body = words(mailbox.operator, code)
    return Text(mailbox.address, body, subject)


def _words_of_code(operator: Operator, code: str) -> tuple[str, str]:
    return (
        _("Your code for %(operator)s") % {"operator": operator},
        _("%(operator)s: your code is %(code)s. Tell it to nobody.") % {"operator": operator, "code": code},
    )


# --- the record ---


def _rows(mailbox: Mailbox) -> QuerySet[ConfirmationCode]:
    rows: QuerySet[ConfirmationCode] = ConfirmationCode.objects.of(mailbox.operator.pk).filter(
        purpose=mailbox.purpose, recipient=mailbox.address
    )
    return rows


def _locked(mailbox: Mailbox) -> ConfirmationCode | None:
    return _rows(mailbox).select_for_update().first()


def _state(row: ConfirmationCode) -> CodeState:
    return CodeState(row.sent_at, row.wrong, row.counted_from, row.sent)


def _digest(mailbox: Mailbox, code: str, post: Post) -> str:
    """Six figures are soon tried through, so the digest needs a key that the records do not have."""
    text = f"{mailbox.operator.pk}\n{mailbox.purpose}\n{mailbox.address}\n{code}"
    return hmac.new(post.sealing_key.encode(), text.encode(), sha256).hexdigest()


def _count(mailbox: Mailbox, code: str, post: Post) -> CodeState | None:
    """Write down that a code is sent now; gives the state before. Raises CodeAwaited and CodeSentTooOften."""
    try:
        with transaction.atomic():
            row = _locked(mailbox)
            before = _state(row) if row else None
            _refuse(decide_sending(before, post.now))
            row = row or ConfirmationCode(operator=mailbox.operator, purpose=mailbox.purpose, recipient=mailbox.address)
            row.digest = _digest(mailbox, code, post)
            _write(row, count_sending(before, post.now))
            return before
    except IntegrityError as error:
        raise CodeAwaited("a code is being sent in this very moment") from error


def _refuse(decision: Sending) -> None:
    if decision is Sending.AWAITED:
        raise CodeAwaited("a code was sent a moment ago")
    if decision is Sending.TOO_OFTEN:
        raise CodeSentTooOften("codes were sent too often today")


def _write(row: ConfirmationCode, state: CodeState) -> None:
    row.sent_at, row.wrong, row.counted_from, row.sent = state.sent_at, state.wrong, state.counted_from, state.sent
    row.save()


@transaction.atomic
def _take_back(mailbox: Mailbox, before: CodeState | None) -> None:
    """What was not sent does not count, and the code that nobody has opens nothing."""
    row = _locked(mailbox)
    if row is None:
        return
    if before is None:
        row.delete()
        return
    row.digest = ""
    _write(row, before)


@transaction.atomic
def _is_right(mailbox: Mailbox, code: str, post: Post) -> bool:
    row = _locked(mailbox)
    if row is None or not row.digest or not is_open(_state(row), post.now):
        return False
    if hmac.compare_digest(row.digest, _digest(mailbox, code, post)):
        return True
    row.wrong += 1
    row.save(update_fields=["wrong"])
    return False
