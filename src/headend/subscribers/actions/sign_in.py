"""Signing in: from what a device sent to a session, and the refusals on the way."""

import logging
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.db import IntegrityError, transaction

from headend.delivery.models import DataCentre
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import Invalid
from headend.kernel.tokens import digest_of, new_token
from headend.operators.actions import announce, difference, record, save
from headend.operators.queries import zone_of
from headend.subscribers.actions.codes import Post, use_up
from headend.subscribers.actions.credentials import cleaned, find_account
from headend.subscribers.actions.phones import nobody_sends, prove_phone
from headend.subscribers.actions.sessions import drop_sessions
from headend.subscribers.models import Account, Device, DeviceGroup, DeviceType, Session, StatusReason
from headend.subscribers.ports import Gatekeeper, TextSenders
from headend.subscribers.queries import (
    bound_devices,
    days_left,
    device_type_called,
    is_in_service,
    open_sessions,
    parent_code_of,
    profile_for,
    service_period,
    session_terms,
    session_view,
)
from headend.subscribers.rules import (
    AccountDetails,
    Admission,
    Applicant,
    Refused,
    SignedIn,
    SignInRefusal,
    SignInRequest,
    Standing,
    Subnets,
    decide_sign_in,
    is_in_period,
    parse_subnets,
)

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
    if isinstance(found, SignInRefusal):
        return _refused(asked, Refused(found))
    if not gatekeeper(found.pk, asked):
        return _refused(asked, Refused(SignInRefusal.NO_SESSION))
    return admit(account=found, request=asked, now=now, sealing_key=sealing_key)


def _sign_in_by_code(asked: SignInRequest, post: Post, gatekeeper: Gatekeeper) -> SignedIn | Refused:
    proof = prove_phone(asked, post)
    if isinstance(proof, SignInRefusal):
        return _refused(asked, Refused(proof))
    if not gatekeeper(proof.account.pk, asked):
        return _refused(asked, Refused(SignInRefusal.NO_SESSION))
    with transaction.atomic():
        answer = admit(account=proof.account, request=asked, now=post.now, sealing_key=post.sealing_key)
        # Only now: a device that is asked to make room first comes back with the same code.
        if isinstance(answer, SignedIn) and not use_up(mailbox=proof.mailbox, code=asked.code, post=post):
            transaction.set_rollback(True)
            return _refused(asked, Refused(SignInRefusal.WRONG_CODE))
    return answer


def admit(*, account: Account, request: SignInRequest, now: int, sealing_key: str) -> SignedIn | Refused:
    """Let a device in to an account that it has been proved to belong to, as `sign_in` does after the credentials."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _admit(account, request, now, sealing_key)
        except IntegrityError:
            # The device was bound to another account in this very moment; the next look sees that it is.
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


@dataclass(frozen=True, slots=True)
class _Arrival:
    """The device that stands before the account: what it sent, and what the records know of it."""

    request: SignInRequest
    uid: str
    device: Device | None
    type: DeviceType | None
    is_basic: bool


def _arrival(operator_id: int, request: SignInRequest) -> _Arrival:
    device = Device.objects.of(operator_id).filter(uid=request.device_uid).first()
    kind, is_basic = device_type_called(operator_id, request.device_type)
    return _Arrival(
        request=request,
        # On engines that take upper and lower case for the same, the id is the one it was bound by.
        uid=device.uid if device else request.device_uid or uuid4().hex,
        device=device,
        type=kind,
        is_basic=is_basic,
    )


def _admit(found: Account, request: SignInRequest, now: int, sealing_key: str) -> SignedIn | Refused:
    # The lock stands alone: MariaDB cannot lock one table of a join.
    account = Account.objects.select_for_update().filter(pk=found.pk).first()
    if account is None:
        return _refused(request, Refused(SignInRefusal.NO_ACCOUNT))
    if account.customer_id == found.customer_id:
        account.customer, account.operator = found.customer, found.operator  # read with it a moment ago
    arrival = _arrival(account.operator_id, request)
    admission = decide_sign_in(_standing(account, now), _applicant(account, arrival), now)
    if admission.refusal:
        return _refused(request, Refused(admission.refusal, admission.devices))
    actor = Actor(ActorKind.DEVICE, arrival.uid, account.pk, request.address)
    changed = _open_account(actor, account, admission, now)
    closed = _make_room(actor, account, admission)
    session, token = _open_session(account, arrival, _device(actor, account, arrival, admission), now)
    details = _details(account, now, sealing_key)
    _note_visit(account, request.address, now)
    return SignedIn(token, session_view(session), details, closed, account_changed=changed)


def _standing(account: Account, now: int) -> Standing:
    sessions = open_sessions(account)
    within_dates = is_in_period(now, *service_period(account))
    has_dates = account.activates_on is not None or account.deactivates_on is not None
    return Standing(
        is_in_service=is_in_service(account, now),
        may_activate=bool(account.auto_activation_days) and not account.is_active and not has_dates,
        is_self_blocked=within_dates and account.status_reason == StatusReason.BLOCK,
        tariffs=session_terms(account, datetime.fromtimestamp(now, UTC)),
        subnets=_subnets(account),
        allowed_groups=frozenset(account.allowed_device_groups),
        allow_multiple_login=account.allow_multiple_login,
        devices=bound_devices(account, sessions),
        sessions=sessions,
    )


def _subnets(account: Account) -> Subnets | None:
    try:
        return parse_subnets(account.subnets)
    except Invalid as error:
        log.error("account %s of operator %s: %s", account.number, account.operator_id, error)
        return None


def _applicant(account: Account, arrival: _Arrival) -> Applicant:
    return Applicant(
        uid=arrival.uid,
        address=arrival.request.address,
        group=arrival.type.group if arrival.type else DeviceGroup.OTHER,
        is_basic=arrival.is_basic,
        is_bound_elsewhere=arrival.device is not None and arrival.device.account_id != account.pk,
        reset_block=arrival.request.reset_block,
        unbind_device_id=arrival.request.unbind_device_id,
    )


def _open_account(actor: Actor, account: Account, admission: Admission, now: int) -> bool:
    """Activate a waiting account, lift a block; says whether there was anything to do."""
    if admission.activates:
        today = datetime.fromtimestamp(now, zone_of(account.operator)).date()
        account.activates_on = today
        account.deactivates_on = today + timedelta(days=account.auto_activation_days or 0)
        account.auto_activation_days = None  # used up: a later end of service is not prolonged by signing in
    if admission.activates or admission.unblocks:
        account.is_active, account.status_reason = True, StatusReason.ACTIVE.value
        save(actor=actor, obj=account)
    return admission.activates or admission.unblocks


def _make_room(actor: Actor, account: Account, admission: Admission) -> tuple[str, ...]:
    leaving = list(Session.objects.filter(account=account, pk__in=admission.closes)) if admission.closes else []
    drop_sessions(leaving)
    if admission.unbinds is not None:
        device = Device.objects.get(pk=admission.unbinds, account=account)
        record(actor=actor, verb="delete", obj=device)
        device.delete()
    return tuple(session.token_digest for session in leaving)


def _device(actor: Actor, account: Account, arrival: _Arrival, admission: Admission) -> Device | None:
    """The account's own record of the device, bound now where that is due.

    A device that sent no id is not bound: it could not be told from the next one until it sends the id we gave it.
    """
    if admission.binds and arrival.request.device_uid:
        return _bind(actor, account, arrival)
    return arrival.device if arrival.device and arrival.device.account_id == account.pk else None


def _bind(actor: Actor, account: Account, arrival: _Arrival) -> Device:
    """Bind the device, or bring what is known of it up to date with what it says of itself."""
    device = arrival.device or Device(operator_id=account.operator_id, account=account, uid=arrival.uid)
    request, before = arrival.request, copy(device)
    device.device_type = arrival.type or device.device_type
    device.is_basic = arrival.is_basic
    device.serial_number = request.device_serial or device.serial_number
    device.brand = request.device_brand or device.brand
    device.model = request.device_model or device.model
    device.software = request.software or device.software
    if device.pk is None or difference(before, device):
        save(actor=actor, obj=device)
    return device


def _open_session(account: Account, arrival: _Arrival, device: Device | None, now: int) -> tuple[Session, str]:
    token = new_token()
    session = Session.objects.create(
        operator_id=account.operator_id,
        account=account,
        device=device,
        device_type=arrival.type,
        token_digest=digest_of(token),
        device_uid=arrival.uid,
        profile=profile_for(account.operator_id, arrival.request.profile_id),
        is_basic=arrival.is_basic,
        address=arrival.request.address,
        created_at=datetime.fromtimestamp(now, UTC),
        last_seen_at=datetime.fromtimestamp(now, UTC),
    )
    announce(operator_id=account.operator_id, entity=Session._meta.label_lower, object_ids=[session.pk])
    return session, token


def _note_visit(account: Account, address: str, now: int) -> None:
    """What changes with every sign-in and is nobody's decision: neither news nor a matter for the audit log."""
    Account.objects.filter(pk=account.pk).update(
        last_seen_at=datetime.fromtimestamp(now, UTC), last_address=address, needs_settings_reset=False
    )


def _details(account: Account, now: int, sealing_key: str) -> AccountDetails:
    customer = account.customer
    today = datetime.fromtimestamp(now, zone_of(account.operator)).date()
    centres = DataCentre.objects.of(account.operator_id).filter(is_enabled=True)
    return AccountDetails(
        number=account.number,
        customer_id=customer.pk,
        customer_external_id=customer.external_id or "",
        first_name=customer.first_name,
        last_name=customer.last_name,
        contract_number=customer.contract_number,
        currency=customer.currency or account.operator.currency,
        status_reason=account.status_reason,
        days_left=days_left(account, today),
        parent_code=parent_code_of(account, sealing_key),
        last_channel_id=None,
        template=account.template,
        uses_timeshift=account.use_timeshift,
        timeshift_minutes=account.timeshift_minutes,
        needs_settings_reset=account.needs_settings_reset,
        data_centre_id=account.data_centre_id,
        data_centres=[{"id": c.pk, "name": c.name, "location": c.location} for c in centres],
        meta=account.meta,
    )


def _refused(request: SignInRequest, refused: Refused) -> Refused:
    # A line in the log, not a row in the database: whoever guesses passwords must not fill the disk with them.
    log.info(
        "sign-in refused: %s (operator %s, number %s, device %r, from %s)",
        refused.reason,
        request.operator_id,
        request.number,
        request.device_uid,
        request.address,
    )
    return refused
