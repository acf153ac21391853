"""Letting devices in to accounts that they have been proved to belong to: several at once, in one transaction.

After a power cut a whole town signs in. What a statement costs is its making more than its running, and each commit is
a write that waits for the disk; those who come together share both.
"""

import logging
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeAlias
from uuid import uuid4

from django.db import transaction

from headend.delivery.models import DataCentre
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import Invalid
from headend.kernel.tokens import digest_of, new_token
from headend.operators.actions import announce, difference, record, save
from headend.operators.queries import zone_of
from headend.subscribers.actions.sessions import drop_sessions
from headend.subscribers.models import Account, Device, DeviceGroup, DeviceType, Session, StatusReason
from headend.subscribers.queries import (
    accounts_signing_in,
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
    subscriptions_by_customer,
)
from headend.subscribers.rules import (
    AccountDetails,
    Admission,
    Applicant,
    DataCentreDetails,
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

log = logging.getLogger(__name__)

Visitor: TypeAlias = tuple[Account, SignInRequest]
"""An account as it was found a moment ago, and what its device sent."""


@transaction.atomic
def admit_together(visitors: Sequence[Visitor], now: int, sealing_key: str) -> list[SignedIn | Refused]:
    """Let in who may come in. No two visitors have an account or a device id in common."""
    accounts = accounts_signing_in([account for account, _ in visitors])
    desk = _Desk(accounts.values(), now, sealing_key)
    answers = [desk.receive(accounts.get(account.pk), request) for account, request in visitors]
    desk.write()
    return answers


@dataclass(frozen=True, slots=True)
class _Arrival:
    """The device that stands before the account: what it sent, and what the records know of it."""

    request: SignInRequest
    uid: str
    device: Device | None
    type: DeviceType | None
    is_basic: bool


class _Desk:
    """Where those who come together are received: what they have in common is asked once, and written once."""

    def __init__(self, accounts: Iterable[Account], now: int, sealing_key: str) -> None:
        self._now, self._moment = now, datetime.fromtimestamp(now, UTC)
        self._sealing_key = sealing_key
        self._held = subscriptions_by_customer(accounts, self._moment)
        self._device_type, self._profile, self._centres = cache(device_type_called), cache(profile_for), cache(_centres)
        self._opened: list[Session] = []
        self._closed: list[Session] = []

    def receive(self, account: Account | None, request: SignInRequest) -> SignedIn | Refused:
        """Decide on one device, and do what is its own; what all do waits for `write`."""
        if account is None:
            return refused(request, Refused(SignInRefusal.NO_ACCOUNT))
        arrival = self._arrival(account, request)
        admission = decide_sign_in(self._standing(account), _applicant(account, arrival), self._now)
        if admission.refusal:
            return refused(request, Refused(admission.refusal, admission.devices, account.pk))
        actor = Actor(ActorKind.DEVICE, arrival.uid, account.pk, request.address)
        changed = _open_account(actor, account, admission, self._now)
        closed = self._make_room(actor, account, admission)
        session, token = self._open_session(account, arrival, _device(actor, account, arrival, admission))
        return SignedIn(token, session_view(session), self._details(account), closed, account_changed=changed)

    def write(self) -> None:
        """Close and open the sessions, tell the gate, and note who was here."""
        drop_sessions(self._closed)
        Session.objects.bulk_create(self._opened)
        for operator_id in {session.operator_id for session in self._opened}:
            numbers = [session.pk for session in self._opened if session.operator_id == operator_id]
            announce(operator_id=operator_id, entity=Session._meta.label_lower, object_ids=numbers)
        _note_visits(self._opened, self._moment)

    def _arrival(self, account: Account, request: SignInRequest) -> _Arrival:
        own = (each for each in account.devices.all() if each.uid == request.device_uid)
        named = Device.objects.of(account.operator_id).filter(uid=request.device_uid)
        device = next(own, None) or named.first()
        kind, is_basic = self._device_type(account.operator_id, request.device_type)
        return _Arrival(
            request=request,
            # On engines that take upper and lower case for the same, the id is the one it was bound by.
            uid=device.uid if device else request.device_uid or uuid4().hex,
            device=device,
            type=kind,
            is_basic=is_basic,
        )

    def _standing(self, account: Account) -> Standing:
        sessions = open_sessions(account)
        within_dates = is_in_period(self._now, *service_period(account))
        has_dates = account.activates_on is not None or account.deactivates_on is not None
        return Standing(
            is_in_service=is_in_service(account, self._now),
            may_activate=bool(account.auto_activation_days) and not account.is_active and not has_dates,
            is_self_blocked=within_dates and account.status_reason == StatusReason.BLOCK,
            tariffs=session_terms(account, self._held[account.customer_id]),
            subnets=_subnets(account),
            allowed_groups=frozenset(account.allowed_device_groups),
            allow_multiple_login=account.allow_multiple_login,
            devices=bound_devices(account, sessions),
            sessions=sessions,
        )

    def _make_room(self, actor: Actor, account: Account, admission: Admission) -> tuple[str, ...]:
        leaving = [session for session in account.sessions.all() if session.pk in admission.closes]
        if admission.unbinds is None:
            self._closed += leaving
        else:
            drop_sessions(leaving)  # before the device takes them along
            device = Device.objects.get(pk=admission.unbinds, account=account)
            record(actor=actor, verb="delete", obj=device)
            device.delete()
        return tuple(session.token_digest for session in leaving)

    def _open_session(self, account: Account, arrival: _Arrival, device: Device | None) -> tuple[Session, str]:
        token = new_token()
        session = Session(
            operator_id=account.operator_id,
            account=account,
            device=device,
            device_type=arrival.type,
            token_digest=digest_of(token),
            device_uid=arrival.uid,
            profile=self._profile(account.operator_id, arrival.request.profile_id),
            is_basic=arrival.is_basic,
            address=arrival.request.address,
            created_at=self._moment,
            last_seen_at=self._moment,
        )
        self._opened.append(session)
        return session, token

    def _details(self, account: Account) -> AccountDetails:
        customer = account.customer
        today = datetime.fromtimestamp(self._now, zone_of(account.operator)).date()
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
            parent_code=parent_code_of(account, self._sealing_key),
            last_channel_id=None,
            template=account.template,
            uses_timeshift=account.use_timeshift,
            timeshift_minutes=account.timeshift_minutes,
            needs_settings_reset=account.needs_settings_reset,
            data_centre_id=account.data_centre_id,
            data_centres=list(self._centres(account.operator_id)),
            meta=account.meta,
        )


def _centres(operator_id: int) -> tuple[DataCentreDetails, ...]:
    centres = DataCentre.objects.of(operator_id).filter(is_enabled=True)
    return tuple({"id": centre.pk, "name": centre.name, "location": centre.location} for centre in centres)


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


def _note_visits(sessions: Sequence[Session], moment: datetime) -> None:
    """What changes with every sign-in and is nobody's decision: neither news nor a matter for the audit log."""
    accounts = Account.objects.filter(pk__in=[session.account_id for session in sessions])
    accounts.update(last_seen_at=moment, needs_settings_reset=False)
    moved = [session for session in sessions if session.address != session.account.last_address]
    for session in moved:
        session.account.last_address = session.address
    Account.objects.bulk_update([session.account for session in moved], ["last_address"])


def refused(request: SignInRequest, answer: Refused) -> Refused:
    """Log a refusal; gives it back."""
    # A line in the log, not a row for each: whoever guesses passwords must not fill the disk with them. The gate counts
    # those whose account is known, and `refusals` keeps the counts.
    log.info(
        "sign-in refused: %s (operator %s, number %s, device %r, from %s)",
        answer.reason,
        request.operator_id,
        request.number,
        request.device_uid,
        request.address,
    )
    return answer
