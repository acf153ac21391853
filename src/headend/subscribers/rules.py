"""Signing in: who may, on which device, and who has to make room. Pure; the wire's codes are elsewhere."""

from dataclasses import dataclass, field
from enum import StrEnum


class SignInRefusal(StrEnum):
    """Why a sign-in was refused; device_api maps each to the wire's number (Login, errors 1 to 28)."""

    NO_ACCOUNT = "no_account"
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


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What a device sent. Empty text stands for what it left out; `address` is the caller's IP."""

    operator_id: int
    number: int | None = None
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


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session, the token that only the device gets, what the answer tells, and whom it displaced."""

    token: str
    session: SessionView
    details: dict[str, object] = field(default_factory=dict)
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused sign-in; `devices` are listed when the limit of basic devices was met."""

    reason: SignInRefusal
    devices: tuple[BoundDevice, ...] = ()
