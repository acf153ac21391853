"""Signing in: from what a device sent to a session, and the refusals on the way."""

import logging
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from headend.subscribers.actions.admission import Visitor, admit_together, refused
from headend.subscribers.actions.codes import Post, use_up
from headend.subscribers.actions.credentials import cleaned, find_account, find_accounts
from headend.subscribers.actions.phones import nobody_sends, prove_phone
from headend.subscribers.models import Account
from headend.subscribers.ports import Gatekeeper, TextSenders
from headend.subscribers.rules import Refused, SignedIn, SignInRefusal, SignInRequest

ATTEMPTS = 3

log = logging.getLogger(__name__)


def everybody(_account_id: int, _request: SignInRequest) -> bool:
    """No other system is asked."""
    return True


def sign_in(
    *,
    request: SignInRequest,
    now: int,
    sealing_key: str,
    senders: TextSenders = nobody_sends,
    gatekeeper: Gatekeeper = everybody,
) -> SignedIn | Refused:
    """Check the credentials, bind the device, open a session and close those that must make room.

    `now` is in seconds since the epoch; `sealing_key` opens the parental code for the answer; `senders` carry the codes
    that prove phones; `gatekeeper` is asked before anything is locked. Two devices that come at once stand in line at
    the account, so both cannot take its last place.
    """
    asked = cleaned(request)
    if asked.by_code:
        return _sign_in_by_code(asked, Post(senders=senders, sealing_key=sealing_key, now=now), gatekeeper)
    found = find_account(asked)
    if isinstance(found, Refused):
        return refused(asked, found)
    if not gatekeeper(found.pk, asked):
        return refused(asked, Refused(SignInRefusal.NO_SESSION, account_id=found.pk))
    return admit(account=found, request=asked, now=now, sealing_key=sealing_key)


def _sign_in_by_code(asked: SignInRequest, post: Post, gatekeeper: Gatekeeper) -> SignedIn | Refused:
    proof = prove_phone(asked, post)
    if isinstance(proof, Refused):
        return refused(asked, proof)
    if not gatekeeper(proof.account.pk, asked):
        return refused(asked, Refused(SignInRefusal.NO_SESSION, account_id=proof.account.pk))
    with transaction.atomic():
        answer = admit(account=proof.account, request=asked, now=post.now, sealing_key=post.sealing_key)
        # Only now: a device that is asked to make room first comes back with the same code.
        if isinstance(answer, SignedIn) and not use_up(mailbox=proof.mailbox, code=asked.code, post=post):
            transaction.set_rollback(True)
            return refused(asked, Refused(SignInRefusal.WRONG_CODE, account_id=proof.account.pk))
    return answer


def admit(*, account: Account, request: SignInRequest, now: int, sealing_key: str) -> SignedIn | Refused:
    """Let a device in to an account that it has been proved to belong to, as `sign_in` does after the credentials."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return admit_together([(account, request)], now, sealing_key)[0]
        except IntegrityError:
            # The device was bound to another account in this very moment; the next look sees that it is.
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


# --- several at once ---

Answer: TypeAlias = SignedIn | Refused


def sign_in_together(*, requests: Sequence[SignInRequest], now: int, sealing_key: str) -> list[Answer]:
    """Sign devices in as `sign_in` does each, but not by code and with no gatekeeper, in as few transactions as can be.

    Answers in order. Those who want the same account, or have the same device id, come in one after the other. Where
    one breaks, it is refused with NO_SESSION and the log says why; the others do not suffer from it. Raises when the
    records are away.
    """
    asked = [cleaned(request) for request in requests]
    answers: dict[int, Answer] = {}
    waiting: dict[int, Visitor] = {}
    for place, (request, found) in enumerate(zip(asked, find_accounts(asked), strict=True)):
        if isinstance(found, Refused):
            answers[place] = refused(request, found)
        else:
            waiting[place] = (found, request)
    while waiting:
        turn = dict(_apart(waiting))
        waiting = {place: visitor for place, visitor in waiting.items() if place not in turn}
        answers |= zip(turn, _admit_each(list(turn.values()), now, sealing_key), strict=True)
    return [answers[place] for place in range(len(requests))]


def _apart(waiting: dict[int, Visitor]) -> Iterator[tuple[int, Visitor]]:
    """The first of each account and each device id."""
    seen: set[object] = set()
    for place, (account, request) in waiting.items():
        device = (account.operator_id, request.device_uid.casefold()) if request.device_uid else place
        if seen.isdisjoint((account, device)):
            yield place, (account, request)
        seen |= {account, device}


def _admit_each(visitors: list[Visitor], now: int, sealing_key: str) -> list[Answer]:
    """Let them in together; when that fails, one by one."""
    try:
        return [*admit_together(visitors, now, sealing_key)]
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - one of them is at fault: found by asking each alone
        log.warning("%s devices could not sign in together: %s", len(visitors), error)
    return [_admit_alone(account, request, now, sealing_key) for account, request in visitors]


def _admit_alone(account: Account, request: SignInRequest, now: int, sealing_key: str) -> Answer:
    try:
        return admit(account=account, request=request, now=now, sealing_key=sealing_key)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001 - the others shall come in
        log.exception("account %s of operator %s: signing in broke", account.number, account.operator_id)
        return Refused(SignInRefusal.NO_SESSION, account_id=account.pk)
