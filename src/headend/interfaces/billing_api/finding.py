"""Whom and what calls mean: by our number or by one that the caller's own system has. A dealer finds only its own."""

from typing import TypedDict, TypeGuard, TypeVar

from django.db.models import QuerySet

from headend.catalog.models import Tariff, VirtualTariff
from headend.interfaces.wire.callers import Guest, Reseller
from headend.interfaces.wire.errors import Refused
from headend.subscribers.models import Account, Customer, Device

Number = TypeVar("Number", int, str)

MOST = 100
NO_CUSTOMER = "no such customer"
NO_ACCOUNT = "no such account"
NO_TARIFF = "no such tariff"


def customers_of(caller: Guest) -> QuerySet[Customer]:
    """The customers that a caller may see."""
    customers: QuerySet[Customer] = Customer.objects.of(caller.operator.pk).select_related("operator", "dealer")
    return customers.filter(dealer=caller.dealer) if isinstance(caller, Reseller) else customers


def accounts_of(caller: Guest) -> QuerySet[Account]:
    """The accounts that a caller may see."""
    accounts: QuerySet[Account] = Account.objects.of(caller.operator.pk).select_related("customer", "operator")
    return accounts.filter(customer__dealer=caller.dealer) if isinstance(caller, Reseller) else accounts


def devices_of(caller: Guest) -> QuerySet[Device]:
    """The bound devices that a caller may see."""
    devices: QuerySet[Device] = Device.objects.of(caller.operator.pk).select_related("account__customer")
    return devices.filter(account__customer__dealer=caller.dealer) if isinstance(caller, Reseller) else devices


def is_given(number: Number | None) -> TypeGuard[Number]:
    """Say whether a number was meant: shipped clients send -1 for the one they do not know."""
    return number is not None and number != "" and str(number) != "-1"


def customer_named(caller: Guest, customer_id: int | None, ext_id: str = "", *, number: int = 1) -> Customer:
    """The customer with our number, else with theirs; refuses with `number`."""
    found = None
    if is_given(customer_id):
        found = customers_of(caller).filter(pk=customer_id).first()
    elif is_given(ext_id):
        found = customers_of(caller).filter(external_id=ext_id).first()
    if found is None:
        raise Refused(number, NO_CUSTOMER)
    return found


def account_named(caller: Guest, account_id: int | None, abonement: int | None = None, *, number: int = 1) -> Account:
    """The account with this number of its record, else with the number that viewers type; refuses with `number`."""
    found = None
    if is_given(account_id):
        found = accounts_of(caller).filter(pk=account_id).first()
    elif is_given(abonement):
        found = accounts_of(caller).filter(number=abonement).first()
    if found is None:
        raise Refused(number, NO_ACCOUNT)
    return found


def device_named(caller: Guest, device_id: int | None, device_uid: str) -> Device:
    """The bound device with this number of its record, else with this id; refuses with 1."""
    found = None
    if is_given(device_id):
        found = devices_of(caller).filter(pk=device_id).first()
    elif device_uid:
        found = devices_of(caller).filter(uid=device_uid).first()
    if found is None:
        raise Refused(1)
    return found


def tariff_numbered(caller: Guest, tariff_id: int | None, *, number: int = 1) -> Tariff:
    """The operator's tariff with our number; refuses with `number`."""
    found: Tariff | None = Tariff.objects.of(caller.operator.pk).filter(pk=tariff_id).first()
    if found is None:
        raise Refused(number, NO_TARIFF)
    return found


class TariffNames(TypedDict, total=False):
    """How calls name a tariff."""

    tariff_id: int
    vtariff_id: int
    tariff_ext_id: str


def tariff_named(caller: Guest, names: TariffNames) -> Tariff | VirtualTariff:
    """The tariff with our number, the virtual one with its number, or either with the caller's; refuses with 2."""
    operator = caller.operator.pk
    tariff_id, vtariff_id, tariff_ext_id = names.get("tariff_id"), names.get("vtariff_id"), names.get("tariff_ext_id")
    found: Tariff | VirtualTariff | None = None
    if is_given(tariff_id):
        found = Tariff.objects.of(operator).filter(pk=tariff_id).first()
    elif is_given(vtariff_id):
        found = VirtualTariff.objects.of(operator).filter(pk=vtariff_id).first()
    elif is_given(tariff_ext_id):
        found = Tariff.objects.of(operator).filter(external_id=tariff_ext_id).order_by("is_archived", "pk").first()
        found = found or VirtualTariff.objects.of(operator).filter(external_id=tariff_ext_id).order_by("pk").first()
    if found is None:
        raise Refused(2, NO_TARIFF)
    return found


def page_of(limit: int, page: int, *, number: int) -> slice:
    """Which rows a page shows, at most a hundred; pages count from 1. Refuses with `number`."""
    if limit < 1 or not 1 <= page < 2**31:
        raise Refused(number, "limit and page are 1 or more")
    size = min(limit, MOST)
    return slice((page - 1) * size, page * size)
