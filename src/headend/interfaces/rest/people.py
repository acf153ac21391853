"""Households: customers, their accounts, devices and sessions."""

from typing import Any

from ninja import Schema
from pydantic import Field

from headend.billing.queries import balance_of, check_currency, currency_of, today_of
from headend.delivery.models import DataCentre
from headend.interfaces.rest.callers import Caller
from headend.interfaces.rest.money import BUY
from headend.interfaces.rest.paging import Filter
from headend.interfaces.rest.resources import Deed, Part, Resource
from headend.interfaces.rest.shapes import Day, Fields, Moment, Money, Number, Small, partial
from headend.interfaces.rest.writing import resolved
from headend.kernel.errors import Invalid
from headend.operators.models import Dealer
from headend.subscribers import actions
from headend.subscribers.errors import DeviceOfAnother
from headend.subscribers.models import Account, Customer, Device, DeviceType, Session

# --- customers ---


class CustomerFields(Fields):
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    company_name: str = ""
    birth_date: Day | None = None
    gender: str = ""
    mobile_phone: str = Field("", examples=["+390551234567"])
    phone_1: str = ""
    phone_2: str = ""
    fax: str = ""
    email: str = ""
    postal_address: dict[str, Any] = {}
    billing_address: dict[str, Any] = {}
    contract_number: str = ""
    external_id: str | None = Field(None, description="Your own system's id; each is given to one customer.")
    currency: str = Field("", description="Empty: the operator's.")
    is_trial: bool = False
    sends_sms: bool = True
    sends_email: bool = True
    comment: str = ""
    meta: dict[str, Any] = {}
    dealer_id: Number | None = None


class CustomerShape(CustomerFields):
    id: int
    created_at: Moment


class BalanceShape(Schema):
    """What a customer has, the sum of the ledger's entries; below zero: owes."""

    customer_id: int
    amount: Money
    currency: str


_CUSTOMER_REFERENCES = {"dealer_id": ("dealer", Dealer)}


def _make_customer(caller: Caller, body: CustomerFields) -> Customer:
    fields = resolved(caller, body.model_dump(), _CUSTOMER_REFERENCES)
    return actions.create_customer(actor=caller.actor, operator=caller.operator, now=caller.now, **fields)


def _change_customer(caller: Caller, customer: Customer, given: dict[str, Any]) -> None:
    fields = resolved(caller, given, _CUSTOMER_REFERENCES)
    if "currency" in fields:
        check_currency(customer, currency_of(customer), fields["currency"] or customer.operator.currency)
    actions.change_customer(actor=caller.actor, customer=customer, **fields)


def _balance(_caller: Caller, customer: Customer) -> dict[str, Any]:
    return {"customer_id": customer.pk, "amount": balance_of(customer), "currency": currency_of(customer)}


CUSTOMERS = Resource(
    path="customers",
    noun="customer",
    text="Households and firms that pay.",
    model=Customer,
    shape=CustomerShape,
    filters={
        "external_id": Filter("external_id", str),
        "contract_number": Filter("contract_number", str),
        "mobile_phone": Filter("mobile_phone", str),
        "email": Filter("email__iexact", str),
        "last_name": Filter("last_name__istartswith", str, "How the last name begins."),
        "dealer_id": Filter("dealer", Number),
        "created_from": Filter("created_at__gte", Moment),
        "created_before": Filter("created_at__lt", Moment),
    },
    sorts=("id", "created_at", "last_name"),
    new=CustomerFields,
    make=_make_customer,
    patch=partial(CustomerFields),
    change=_change_customer,
    remove=lambda caller, customer: actions.delete_customer(actor=caller.actor, customer=customer),
    parts=(Part(name="balance", text="What a customer has", read=_balance, shape=BalanceShape),),
)

# --- accounts ---


class AccountFields(Fields):
    external_id: str = ""
    is_active: bool = True
    status_reason: str = "ACTIVE"
    auto_activation_days: Small | None = Field(None, description="Days of service, counted from the first sign-in.")
    activates_on: Day | None = None
    deactivates_on: Day | None = None
    extends_on: Day | None = Field(None, description="The next charge.")
    allow_multiple_login: bool = False
    allow_login_by_number: bool = False
    allow_login_by_device: bool = True
    allow_login_by_address: bool = False
    subnets: str = ""
    allowed_device_groups: list[int] = Field([], description="0 set-top box, 1 television, 2 mobile, 3 other; [] all.")
    country: str = ""
    city: str = ""
    template: str = ""
    option1: str = ""
    option2: str = ""
    option3: str = ""
    meta: dict[str, Any] = {}
    data_centre_id: Number | None = None


class NewAccount(AccountFields):
    customer_id: Number
    number: Number | None = Field(None, description="What viewers type; without it the operator's next one.")
    password: str = Field("", description="Never told again; without one nobody signs in by number and password.")


class AccountShape(AccountFields):
    id: int
    customer_id: int
    number: int
    created_at: Moment


class NewPassword(Fields):
    password: str


class Reason(Fields):
    status_reason: str = Field("INACTIVE", description="What devices are told; the subscriber may lift BLOCK.")


_ACCOUNT_REFERENCES = {"data_centre_id": ("data_centre", DataCentre), "customer_id": ("customer", Customer)}


def _make_account(caller: Caller, body: NewAccount) -> Account:
    return actions.create_account(actor=caller.actor, **resolved(caller, body.model_dump(), _ACCOUNT_REFERENCES))


def _change_account(caller: Caller, account: Account, given: dict[str, Any]) -> None:
    fields = resolved(caller, given, _ACCOUNT_REFERENCES)
    actions.change_account(actor=caller.actor, account=account, **fields)


def _deactivate(caller: Caller, account: Account, body: Reason) -> Account:
    return actions.deactivate_account(actor=caller.actor, account=account, reason=body.status_reason)


def _activate(caller: Caller, account: Account, _body: Fields) -> Account:
    return actions.activate_account(actor=caller.actor, account=account, today=today_of(caller.operator, caller.now))


def _set_password(caller: Caller, account: Account, body: NewPassword) -> Account:
    actions.set_password(actor=caller.actor, account=account, password=body.password)
    return account


ACCOUNTS = Resource(
    path="accounts",
    noun="account",
    text="Logins of customers.",
    model=Account,
    shape=AccountShape,
    filters={
        "number": Filter("number", int),
        "customer_id": Filter("customer", Number),
        "external_id": Filter("external_id", str),
        "is_active": Filter("is_active", bool),
        "status_reason": Filter("status_reason", str),
        "created_from": Filter("created_at__gte", Moment),
        "created_before": Filter("created_at__lt", Moment),
    },
    sorts=("id", "number", "created_at"),
    new=NewAccount,
    make=_make_account,
    patch=partial(AccountFields),
    change=_change_account,
    remove=lambda caller, account: actions.delete_account(actor=caller.actor, account=account),
    deeds=(
        BUY,
        Deed(
            name="deactivate", text="Take an account out of service", run=_deactivate, body=Reason, shape=AccountShape
        ),
        Deed(name="activate", text="Put an account into service", run=_activate, shape=AccountShape),
        Deed(
            name="password",
            text="Give an account another password",
            run=_set_password,
            body=NewPassword,
            shape=AccountShape,
        ),
    ),
)

# --- devices and sessions ---


class DeviceFields(Fields):
    serial_number: str = ""
    brand: str = ""
    model: str = ""
    software: str = ""
    is_enabled: bool = Field(True, description="Off: it stays signed in and plays nothing.")
    is_basic: bool = False
    device_type: str = Field("", description="What devices call themselves, such as android; empty: unknown.")


class NewDevice(DeviceFields):
    account_id: Number
    uid: str = Field(examples=["00:1a:79:00:00:01"])


class DeviceShape(DeviceFields):
    id: int
    account_id: int
    uid: str
    created_at: Moment

    @staticmethod
    def resolve_device_type(device: Device) -> str:
        """The type's own name."""
        return device.device_type.system_name if device.device_type else ""


def _device_type(given: dict[str, Any]) -> dict[str, Any]:
    name = given.pop("device_type", None)
    if name is None:
        return given
    found = DeviceType.objects.filter(system_name=name).first() if name else None
    if name and found is None:
        raise Invalid(f"there is no device type {name}", "device_type")
    return {**given, "device_type": found}


def _bind(caller: Caller, body: NewDevice) -> Device:
    fields = resolved(caller, _device_type(body.model_dump()), {"account_id": ("account", Account)})
    if caller.own(Device).filter(uid=body.uid).exists():
        raise DeviceOfAnother(f"device {body.uid} is bound already")
    return actions.bind_device(actor=caller.actor, **fields)


def _change_device(caller: Caller, device: Device, given: dict[str, Any]) -> None:
    actions.change_device(actor=caller.actor, device=device, **_device_type(given))


DEVICES = Resource(
    path="devices",
    noun="device",
    text="Devices that are bound to accounts.",
    model=Device,
    shape=DeviceShape,
    joins=("device_type", "account"),
    filters={
        "uid": Filter("uid", str),
        "account_id": Filter("account", Number),
        "customer_id": Filter("account__customer", Number),
        "device_type": Filter("device_type__system_name", str),
        "is_enabled": Filter("is_enabled", bool),
    },
    sorts=("id", "created_at"),
    new=NewDevice,
    make=_bind,
    patch=partial(DeviceFields),
    change=_change_device,
    remove=lambda caller, device: actions.unbind_device(actor=caller.actor, device=device),
)


class SessionShape(Schema):
    id: int
    account_id: int
    device_id: int | None
    device_uid: str
    device_type: str
    is_basic: bool
    address: str
    created_at: Moment
    last_seen_at: Moment

    @staticmethod
    def resolve_device_type(session: Session) -> str:
        """The type's own name."""
        return session.device_type.system_name if session.device_type else ""


def _close(caller: Caller, session: Session) -> None:
    actions.close_sessions(actor=caller.actor, sessions=caller.own(Session).filter(pk=session.pk))


SESSIONS = Resource(
    path="sessions",
    noun="session",
    text="Signed-in devices; deleting a session signs the device out.",
    model=Session,
    shape=SessionShape,
    joins=("device_type",),
    filters={
        "account_id": Filter("account", Number),
        "customer_id": Filter("account__customer", Number),
        "device_uid": Filter("device_uid", str),
        "seen_from": Filter("last_seen_at__gte", Moment),
    },
    sorts=("id", "last_seen_at"),
    remove=_close,
)
