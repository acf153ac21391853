"""Whose account a device may open: from what it sent to an account, or to the reason why there is none."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from hashlib import blake2b, sha256

from django.db import transaction

from headend.kernel.passwords import hash_password, needs_rehash, verify_password
from headend.operators.actions import announce
from headend.operators.models import Operator
from headend.subscribers.models import Account
from headend.subscribers.queries import (
    account_numbered,
    account_of_device,
    account_with_phone,
    accounts_at,
    accounts_of_devices,
)
from headend.subscribers.rules import Credential, Refused, SignInRefusal, SignInRequest, credential_of


def check_password(*, operator_id: int, number: int, password: str) -> int | None:
    """The account's id when number and password fit and the operator is active, else None; always equally slow."""
    account = account_numbered(operator_id, number)
    fits = _fits(account, password)
    is_open = Operator.objects.filter(pk=operator_id, is_active=True).exists()
    return account.pk if account and fits and is_open else None


def _fits(account: Account | None, password: str) -> bool:
    """Verify a password once, also where there is none to compare with: both answers take equally long.

    One that was right already is not hashed again: after a power cut all sign in with passwords that were.
    """
    stored = account.password if account else ""
    mark = blake2b(f"{stored}\0{password}".encode(), digest_size=16, key=_PROCESS_KEY).digest()
    if stored and mark in _right:
        return True
    fits = verify_password(password, stored or _nobody())
    if stored and fits:
        _remember(mark)
    return bool(stored) and fits


_PROCESS_KEY = secrets.token_bytes(32)  # what is remembered of passwords is of no use outside this process
_MOST_REMEMBERED = 200_000
_right: dict[bytes, None] = {}


def _remember(mark: bytes) -> None:
    _right[mark] = None
    while len(_right) > _MOST_REMEMBERED:
        _right.pop(next(iter(_right)), None)


@cache
def _nobody() -> str:
    return hash_password("")


def cleaned(request: SignInRequest) -> SignInRequest:
    """What every database takes: no control characters, nothing longer than its column."""
    uid = plain(request.device_uid, 10_000)
    if len(uid) > 200:
        uid = f"sha256:{sha256(uid.encode()).hexdigest()}"
    return replace(
        request,
        phone=plain(request.phone, 24),
        device_uid=uid,
        device_type=plain(request.device_type, 60),
        device_serial=plain(request.device_serial, 200),
        device_model=plain(request.device_model, 100),
        device_brand=plain(request.device_brand, 100),
        software=plain(request.software, 100),
        address=plain(request.address, 45),
        code=plain(request.code, 20),
    )


def plain(text: str, limit: int) -> str:
    encodable = text.encode("utf-8", "ignore").decode()
    return "".join(c for c in encodable if c >= " " and c != "\x7f").strip()[:limit]


def find_account(request: SignInRequest) -> Account | Refused:
    """The account that the credentials open, or why none is.

    Not for a phone that is proved by a code, which takes sending one: see `phones`.
    """
    if not Operator.objects.filter(pk=request.operator_id, is_active=True).exists():
        return Refused(SignInRefusal.WRONG_KEY)
    credential = credential_of(request)
    if credential is Credential.ADDRESS:
        return _find_by_address(request)
    if credential in (Credential.PASSWORD, Credential.PHONE):
        return _find_by_password(request, credential)
    return _find_by_word(request, credential)


def find_accounts(requests: Sequence[SignInRequest]) -> list[Account | Refused]:
    """The same for several at once: known devices, of which most are after a power cut, are looked up together."""
    known = _known_devices(requests)
    return [known.get((each.operator_id, each.device_uid)) or find_account(each) for each in requests]


def _known_devices(requests: Sequence[SignInRequest]) -> dict[tuple[int, str], Account]:
    """The accounts that open to the id of a device alone, by operator and device; all others are looked up singly."""
    uids: dict[int, set[str]] = defaultdict(set)
    for request in requests:
        if credential_of(request) is Credential.DEVICE:
            uids[request.operator_id].add(request.device_uid)
    return {
        (operator_id, uid): account
        for operator_id, its in uids.items()
        for uid, account in accounts_of_devices(operator_id, its).items()
        if account.allow_login_by_device and account.operator.is_active
    }


def _find_by_address(request: SignInRequest) -> Account | Refused:
    found = accounts_at(request.operator_id, request.address)
    if len(found) > 1:
        return Refused(SignInRefusal.AMBIGUOUS_ADDRESS)
    return Account.objects.get(pk=found[0]) if found else Refused(SignInRefusal.NO_ACCOUNT)


def _find_by_password(request: SignInRequest, credential: Credential) -> Account | Refused:
    if credential is Credential.PASSWORD and request.number is not None:
        account = account_numbered(request.operator_id, request.number)
    else:
        account = account_with_phone(request.operator_id, request.phone)
    fits = _fits(account, request.password)
    if account is None:
        return Refused(SignInRefusal.NO_ACCOUNT)
    if not fits:
        return Refused(SignInRefusal.WRONG_PASSWORD, account_id=account.pk)
    if needs_rehash(account.password):
        _store_better_hash(account, request.password)
    return account


def _find_by_word(request: SignInRequest, credential: Credential) -> Account | Refused:
    """The account that is opened without a password, where it allows that."""
    if credential is Credential.NUMBER and request.number is not None:
        account = account_numbered(request.operator_id, request.number)
        allows = account is not None and account.allow_login_by_number
    else:
        account = account_of_device(request.operator_id, request.device_uid)
        allows = account is not None and account.allow_login_by_device
    if account is None:
        return Refused(SignInRefusal.NO_ACCOUNT)
    return account if allows else Refused(SignInRefusal.PASSWORD_NEEDED, account_id=account.pk)


@transaction.atomic
def _store_better_hash(account: Account, password: str) -> None:
    """Replace a hash that came from another system; nobody's decision, so the audit log does not hear of it."""
    better = hash_password(password)
    if Account.objects.filter(pk=account.pk, password=account.password).update(password=better):
        announce(operator_id=account.operator_id, entity=Account._meta.label_lower, object_ids=[account.pk])
