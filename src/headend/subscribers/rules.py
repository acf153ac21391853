"""Signing in: who may, on which device, and who has to make room. Pure; the wire's codes are elsewhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple, TypeAlias, TypedDict

from headend.kernel.errors import Invalid

Subnets: TypeAlias = tuple[IPv4Network | IPv6Network, ...]

ONLINE_FOR = 300  # seconds without a beat after which a session is the first to make room


class SignInRefusal(StrEnum):
    """Why a sign-in was refused; device_api maps each to the wire's number (Login, errors 1 to 28).

    Devices are told of a wrong password or one that was left out as of an account that is not there.
    """

    NO_ACCOUNT = "no_account"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason, not a secret
    PASSWORD_NEEDED = "password_needed"  # noqa: S105
    INACTIVE = "inactive"
    NO_SESSION = "no_session"
    WRONG_KEY = "wrong_key"
    BASIC_LIMIT = "basic_limit"
    DEVICE_OF_ANOTHER = "device_of_another"
    NO_TARIFF = "no_tariff"
    WRONG_SUBNET = "wrong_subnet"
    NO_BASIC_DEVICES = "no_basic_devices"
    NO_ADDITIONAL_DEVICES = "no_additional_devices"
    AMBIGUOUS_ADDRESS = "ambiguous_address"
    WRONG_DEVICE_GROUP = "wrong_device_group"
    WRONG_UNBINDING = "wrong_unbinding"
    TOO_OFTEN = "too_often"
    CODE_SENT = "code_sent"
    WRONG_CODE = "wrong_code"
    CODE_AWAITED = "code_awaited"
    CODE_SENT_TOO_OFTEN = "code_sent_too_often"
    CODE_NOT_SENT = "code_not_sent"
    BAD_PHONE = "bad_phone"


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What a device sent. Empty text stands for what it left out; `address` is the caller's IP.

    `by_code`: the phone is proved by a code that is sent to it; `code` is what the viewer read there.
    """

    operator_id: int
    number: int | None = None
    phone: str = ""
    password: str = ""
    device_uid: str = ""
    device_type: str = ""
    device_serial: str = ""
    device_model: str = ""
    device_brand: str = ""
    software: str = ""
    address: str = ""
    reset_block: bool = False
    unbind_device_id: int | None = None
    by_code: bool = False
    code: str = ""
    profile_id: int | None = None


@dataclass(frozen=True, slots=True)
class BoundDevice:
    """A device of an account as the sign-in answer lists it. `created` is seconds since the epoch."""

    id: int
    uid: str
    type_name: str = ""
    brand: str = ""
    model: str = ""
    is_enabled: bool = True
    is_basic: bool = False
    has_session: bool = False
    created: int = 0


@dataclass(frozen=True, slots=True)
class SessionView:
    """A signed-in device as the gate knows it. Times are seconds since the epoch."""

    token_digest: str
    account_id: int
    device_id: int | None
    device_uid: str
    device_type: str
    is_basic: bool
    address: str
    created: int
    last_seen: int
    device_is_enabled: bool = True


class DataCentreDetails(TypedDict):
    id: int
    name: str
    location: str


class AccountDetails(TypedDict):
    """What the answer to a sign-in tells of the account. Texts are "" and ids None where there is nothing.

    `days_left` counts the days until the account goes out of service, None when there is no end; `parent_code` is
    the code itself, which set-top boxes compare by themselves.
    """

    number: int
    customer_id: int
    customer_external_id: str
    first_name: str
    last_name: str
    contract_number: str
    currency: str
    status_reason: str
    days_left: int | None
    parent_code: str
    last_channel_id: int | None
    template: str
    uses_timeshift: bool
    timeshift_minutes: int
    needs_settings_reset: bool
    data_centre_id: int | None
    data_centres: list[DataCentreDetails]
    meta: dict[str, object]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session, the token that only the device gets, what the answer tells, and whom it displaced.

    `session.device_uid` is the id the device goes by from now on, also when it sent none; `closed` are the token
    digests of the sessions that made room. `account_changed` says that the first sign-in activated the account, or
    lifted its block: the gate hears the rest from the feed.
    """

    token: str
    session: SessionView
    details: AccountDetails
    closed: tuple[str, ...] = ()
    account_changed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused sign-in; `devices` are listed when the limit of basic devices was met.

    `account_id` says whose it was, where that is known; devices do not hear of it.
    """

    reason: SignInRefusal
    devices: tuple[BoundDevice, ...] = ()
    account_id: int | None = None


class RefusedSignIn(NamedTuple):
    """An account was refused for the same reason so many `times`, lastly `at` (epoch seconds) to this device."""

    account_id: int
    reason: SignInRefusal
    device_uid: str
    address: str
    at: int
    times: int = 1


class Credential(StrEnum):
    """By what a device signs in."""

    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    NUMBER = "number"
    PHONE = "phone"
    CODE = "code"
    DEVICE = "device"
    ADDRESS = "address"


def credential_of(request: SignInRequest) -> Credential:
    """Tell by what was sent how the account is to be found: the strongest credential wins."""
    if request.by_code:
        return Credential.CODE
    if request.number is not None:
        return Credential.PASSWORD if request.password else Credential.NUMBER
    if request.phone:
        return Credential.PHONE
    return Credential.DEVICE if request.device_uid else Credential.ADDRESS


def midnight(day: date | None, zone: tzinfo) -> int | None:
    """The first second of a day in a time zone, in seconds since the epoch; None for no day."""
    return None if day is None else int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def is_in_period(moment: int, begins: int | None, ends: int | None) -> bool:
    """Say whether a moment is not before `begins` and before `ends`; None is open."""
    return (begins is None or begins <= moment) and (ends is None or moment < ends)


def parse_subnets(text: str) -> Subnets:
    """Read subnets separated by ";", "," or white space; a single address is a subnet too. Raises Invalid."""
    found = []
    for part in re.split(r"[;,\s]+", text.strip()):
        if not part:
            continue
        try:
            found.append(ip_network(part, strict=False))
        except ValueError as error:
            raise Invalid(f"{part!r} is no subnet; write it as 192.0.2.0/24 or 2001:db8::/32", "subnets") from error
    return tuple(found)


def is_within(address: str, subnets: Subnets) -> bool:
    """Say whether an IP address belongs to one of the subnets; text that is no address belongs to none."""
    try:
        given = ip_address(address)
    except ValueError:
        return False
    plain = getattr(given, "ipv4_mapped", None) or given  # ::ffff:192.0.2.1 on a socket that takes both
    return any(plain in subnet for subnet in subnets)


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """What one tariff that is held now says about signing in."""

    basic_sessions: int = 1
    additional_sessions: int = 1
    one_address: bool = False
    for_inactive_accounts: bool = False


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of the account, by the number of its record. Times are seconds since the epoch."""

    id: int
    device_uid: str
    is_basic: bool
    address: str
    created: int
    last_seen: int


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides a sign-in once the credentials fitted, read from the records.

    `may_activate`: the account waits for its first sign-in. `is_self_blocked`: nothing but the subscriber's own block
    keeps it out of service. `tariffs`: those held at this moment. `subnets` None: they cannot be read, and nobody is
    let in.
    """

    is_in_service: bool = True
    may_activate: bool = False
    is_self_blocked: bool = False
    tariffs: tuple[SessionTerms, ...] = ()
    subnets: Subnets | None = ()
    allowed_groups: frozenset[int] = frozenset()
    allow_multiple_login: bool = False
    devices: tuple[BoundDevice, ...] = ()
    sessions: tuple[OpenSession, ...] = ()


@dataclass(frozen=True, slots=True)
class Applicant:
    """The device that signs in. `group` is its type's group; `is_bound_elsewhere`: to another account."""

    uid: str
    address: str = ""
    group: int = 3
    is_basic: bool = False
    is_bound_elsewhere: bool = False
    reset_block: bool = False
    unbind_device_id: int | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """What a sign-in does: nothing but tell the refusal, or all of the rest.

    `closes` are the numbers of sessions, `unbinds` of a device whose sessions are among them.
    """

    refusal: SignInRefusal | None = None
    devices: tuple[BoundDevice, ...] = ()
    activates: bool = False
    unblocks: bool = False
    binds: bool = False
    unbinds: int | None = None
    closes: tuple[int, ...] = ()


def decide_sign_in(standing: Standing, applicant: Applicant, now: int) -> Admission:
    """Decide whether a device may sign in to an account at `now` (epoch seconds), and what has to happen for it.

    Limits are the most that one of the tariffs held now allows. A device that signs in again replaces its own
    session and never counts twice. Basic devices over the limit are refused, and told which device could be unbound;
    additional ones take the place of the session that was silent longest, then of the oldest. Where an account
    binds no devices there is nothing to unbind, and basic devices make room like additional ones.
    """
    unblocks = applicant.reset_block and standing.is_self_blocked
    activates = not standing.is_in_service and standing.may_activate
    tariffs = _tariffs_that_count(standing, is_in_service=standing.is_in_service or unblocks or activates)
    refusal = _refusal(standing, applicant, tariffs, is_served=standing.is_in_service or unblocks or activates)
    if refusal:
        return Admission(refusal)
    own = [s for s in standing.sessions if s.device_uid == applicant.uid]
    others = [s for s in standing.sessions if s.device_uid != applicant.uid]
    room = _basic_room if applicant.is_basic else _additional_room
    admission = room(standing, applicant, tariffs, others, now)
    if admission.refusal:
        return admission
    return Admission(
        activates=activates,
        unblocks=unblocks,
        binds=not standing.allow_multiple_login,
        unbinds=admission.unbinds,
        closes=tuple(s.id for s in own) + admission.closes,
    )


def _tariffs_that_count(standing: Standing, *, is_in_service: bool) -> list[SessionTerms]:
    return [t for t in standing.tariffs if is_in_service or t.for_inactive_accounts]


def _refusal(
    standing: Standing, applicant: Applicant, tariffs: Sequence[SessionTerms], *, is_served: bool
) -> SignInRefusal | None:
    """The first thing that speaks against it, whoever else is signed in."""
    if not is_served and not tariffs:
        return SignInRefusal.INACTIVE
    if standing.subnets is None or (standing.subnets and not is_within(applicant.address, standing.subnets)):
        return SignInRefusal.WRONG_SUBNET
    if standing.allowed_groups and applicant.group not in standing.allowed_groups:
        return SignInRefusal.WRONG_DEVICE_GROUP
    if not tariffs:
        return SignInRefusal.NO_TARIFF
    if applicant.is_bound_elsewhere and not standing.allow_multiple_login:
        return SignInRefusal.DEVICE_OF_ANOTHER
    return None


def _basic_room(
    standing: Standing,
    applicant: Applicant,
    tariffs: Sequence[SessionTerms],
    others: Sequence[OpenSession],
    now: int,
) -> Admission:
    limit = max(t.basic_sessions for t in tariffs)
    if not limit:
        return Admission(SignInRefusal.NO_BASIC_DEVICES)
    basic = [s for s in others if s.is_basic]
    if standing.allow_multiple_login:
        return Admission(closes=_displaced(basic, limit, now))
    if len(basic) < limit:
        return Admission()
    if applicant.unbind_device_id is None:
        return Admission(SignInRefusal.BASIC_LIMIT, standing.devices)
    return _unbound(standing, applicant, others, limit)


def _unbound(standing: Standing, applicant: Applicant, others: Sequence[OpenSession], limit: int) -> Admission:
    device = next((d for d in standing.devices if d.id == applicant.unbind_device_id), None)
    if device is None or device.uid == applicant.uid:
        return Admission(SignInRefusal.WRONG_UNBINDING)
    if sum(s.is_basic and s.device_uid != device.uid for s in others) >= limit:
        return Admission(SignInRefusal.BASIC_LIMIT, standing.devices)
    return Admission(unbinds=device.id, closes=tuple(s.id for s in others if s.device_uid == device.uid))


def _additional_room(
    standing: Standing,
    applicant: Applicant,
    tariffs: Sequence[SessionTerms],
    others: Sequence[OpenSession],
    now: int,
) -> Admission:
    limit = max(t.additional_sessions for t in tariffs)
    if not limit:
        return Admission(SignInRefusal.NO_ADDITIONAL_DEVICES)
    additional = [s for s in others if not s.is_basic]
    if any(t.one_address for t in tariffs):
        elsewhere = tuple(s.id for s in additional if s.address != applicant.address)
        additional = [s for s in additional if s.address == applicant.address]
    else:
        elsewhere = ()
    return Admission(closes=elsewhere + _displaced(additional, limit, now))


def _displaced(others: Sequence[OpenSession], limit: int, now: int) -> tuple[int, ...]:
    """The sessions that must go so that one more fits: silent ones first, then the oldest."""

    def turn(session: OpenSession) -> tuple[bool, int, int]:
        is_online = now - session.last_seen < ONLINE_FOR
        return is_online, session.created if is_online else session.last_seen, session.id

    surplus = max(0, len(others) + 1 - limit)
    return tuple(s.id for s in sorted(others, key=turn)[:surplus])


# --- codes that prove a phone or mail box ---

CODE_SECONDS = 600  # for which a code is good
RESEND_SECONDS = 60  # before which no other is sent
CODES_A_DAY = 10
WRONG_CODES = 5  # after which a code is worth nothing
_DAY = 86400
_PHONE = re.compile(r"[0-9]{7,15}")  # E.164's longest, and shorter ones that some plans have


@dataclass(frozen=True, slots=True)
class CodeState:
    """What is known of the codes for one phone or mail box and one purpose. Times are seconds since the epoch.

    `sent` codes were sent since `counted_from`; the last, with `wrong` wrong guesses, at `sent_at`.
    """

    sent_at: int = 0
    wrong: int = 0
    counted_from: int = 0
    sent: int = 0


class Sending(StrEnum):
    """Whether another code may be sent."""

    NOW = "now"
    AWAITED = "awaited"
    TOO_OFTEN = "too_often"


def decide_sending(state: CodeState | None, now: int) -> Sending:
    """Say whether a code may be sent at `now`: not twice in a minute, not more than ten in a day."""
    if state is None:
        return Sending.NOW
    if now < state.sent_at + RESEND_SECONDS:
        return Sending.AWAITED
    return Sending.TOO_OFTEN if state.sent >= CODES_A_DAY and now < state.counted_from + _DAY else Sending.NOW


def count_sending(state: CodeState | None, now: int) -> CodeState:
    """The state once another code has been sent at `now`."""
    if state is None or now >= state.counted_from + _DAY:
        return CodeState(sent_at=now, counted_from=now, sent=1)
    return CodeState(sent_at=now, counted_from=state.counted_from, sent=state.sent + 1)


def is_open(state: CodeState, now: int) -> bool:
    """Say whether the last code can still be right."""
    return state.wrong < WRONG_CODES and now < state.sent_at + CODE_SECONDS


def phone_of(text: str) -> str:
    """A phone number as it is kept: "+" and its digits, without blanks, dashes and brackets. Raises Invalid."""
    digits = re.sub(r"[\s().\-\u00a0]", "", text).removeprefix("+").removeprefix("00")
    if not _PHONE.fullmatch(digits):
        raise Invalid("a phone number has 7 to 15 digits, with its country's code before", "phone")
    return f"+{digits}"


def trial_of(wanted: int | None, usual: int, longest: int) -> int:
    """How many days a new account may try the service: as wanted, else the usual number. Raises Invalid."""
    if wanted is None:
        return min(usual, longest)
    if not 0 <= wanted <= longest:
        raise Invalid(f"a trial has from 0 to {longest} days", "days")
    return wanted


# --- identity papers and bank accounts ---

DOCUMENTS = (
    "series", "number", "issue_date", "issued_by",
    "bank_blz", "bank_bic", "bank_number", "bank_iban", "bank_name", "bank_owner",
)  # fmt: skip
LONGEST_DOCUMENT = 256


def check_documents(documents: Mapping[str, str]) -> dict[str, str]:
    """The parts of a passport and a bank account, without blanks around them; raises Invalid with the part's name."""
    for name, value in documents.items():
        if name not in DOCUMENTS:
            raise Invalid(f"papers are some of {', '.join(DOCUMENTS)}", name)
        if not isinstance(value, str) or len(value) > LONGEST_DOCUMENT:
            raise Invalid(f"a text of at most {LONGEST_DOCUMENT} characters is needed", name)
    return {name: value.strip() for name, value in documents.items()}
