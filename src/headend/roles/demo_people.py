"""The demonstration's customers: forty invented households with accounts, devices and sessions in every state."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from headend.catalog.models import Channel, Tariff
from headend.delivery.models import DataCentre
from headend.kernel.actor import system
from headend.operators.actions import save
from headend.operators.models import Dealer, Operator
from headend.subscribers.actions import (
    PersonalWish,
    bind_device,
    create_account,
    create_customer,
    set_parent_code,
    set_personal_channels,
    sign_in,
    subscribe,
)
from headend.subscribers.models import Account, Customer, DeviceType, StatusReason
from headend.subscribers.rules import SignInRequest

ACTOR = system("demo")
FIRST_NUMBER = 10_001
PARENT_CODE = "1234"

_NAMES = (
    ("Ada", "Rossi"), ("Boris", "Ivanov"), ("Clara", "Weiss"), ("Diego", "Santos"), ("Elena", "Bianchi"),
    ("Frida", "Larsen"), ("Giorgio", "Conti"), ("Hanna", "Keller"), ("Igor", "Petrov"), ("Julia", "Moreau"),
    ("Karim", "Haddad"), ("Livia", "Greco"), ("Marta", "Nowak"), ("Nikolai", "Orlov"), ("Olivia", "Hughes"),
    ("Paolo", "Ferri"), ("Quentin", "Dubois"), ("Rosa", "Marino"), ("Stefan", "Braun"), ("Teresa", "Lopez"),
)  # fmt: skip
_STREETS = ("Via del Porto", "Via dei Mulini", "Corso Italia", "Via Garibaldi", "Salita del Faro")
_CITIES = ("Genova", "Savona", "Imperia", "La Spezia")
ACCOUNTS_TO_TRY = 12
"""The first ones, whose logins are told; their devices are of one type, so that whoever tries them knows it."""
# System name, brand, model, and how likely a household has one.
_DEVICES = (
    ("mag", "Infomir", "MAG322", 4), ("tvip", "TVIP", "S-Box v.605", 2), ("eltex", "Eltex", "NV-720", 1),
    ("android_stb", "Xiaomi", "Mi Box S", 2), ("android", "Samsung", "Galaxy A54", 4), ("ios", "Apple", "iPhone 14", 3),
    ("lg_webos", "LG", "OLED55C3", 2), ("tizen_tv", "Samsung", "QE55Q60", 2), ("browser", "Mozilla", "Firefox", 1),
)  # fmt: skip
_STATES: dict[int, dict[str, Any]] = {
    30: {"is_active": False, "status_reason": StatusReason.DEBT},
    31: {"is_active": False, "status_reason": StatusReason.DEBT},
    32: {"is_active": False, "status_reason": StatusReason.DEBT},
    33: {"is_active": False, "status_reason": StatusReason.BLOCK},
    34: {"is_active": False, "status_reason": StatusReason.BLOCK},
    35: {"is_active": False, "status_reason": StatusReason.INACTIVE},
    36: {"is_active": False, "status_reason": StatusReason.WAIT, "auto_activation_days": 14},
    37: {"is_active": False, "status_reason": StatusReason.WAIT, "auto_activation_days": 14},
}
_BUNDLES = (
    ("everything",), ("basic", "film", "sport"), ("basic",), ("basic", "film"), ("everything",), ("basic", "sport"),
    ("basic", "children"), ("basic",), ("everything",), ("old",),
)  # fmt: skip


def add_customers(
    operator: Operator, number: int, tariffs: dict[str, Tariff], centre: DataCentre, now: datetime
) -> list[Account]:
    """Give an operator so many customers; gives back their first accounts. The same ones every time."""
    chance = Random("customers of the demonstration")  # noqa: S311 - it shall be the same every time
    dealers = _add_dealers(operator)
    accounts = []
    for place in range(number):
        since = now - timedelta(days=chance.randint(20, 700))
        customer = _add_customer(operator, place, dealers[place % 5] if place % 5 < len(dealers) else None, now)
        bundle = [tariffs[word] for word in _BUNDLES[place % len(_BUNDLES)] if word in tariffs]
        for tariff in bundle:
            subscribe(actor=ACTOR, customer=customer, tariff=tariff, starts_at=since)
        account = _add_account(customer, place, centre, now)
        accounts.append(account)
        if place % 9 == 8:
            create_account(actor=ACTOR, customer=customer, number=FIRST_NUMBER + 1000 + place)
        for _ in range(1 if place < 3 else chance.randint(0, 3)):
            _add_device(account, place, chance, now)
    return accounts


def _add_dealers(operator: Operator) -> list[Dealer]:
    dealers = [
        Dealer(operator=operator, name="Marina Shop", contact="Franca Neri", email="marina@example.com"),
        Dealer(operator=operator, name="Antenna & Co", contact="Ugo Sala", email="antenna@example.com"),
    ]
    for dealer in dealers:
        save(actor=ACTOR, obj=dealer)
    return dealers


def _add_customer(operator: Operator, place: int, dealer: Dealer | None, now: datetime) -> Customer:
    first, last = _NAMES[place % len(_NAMES)][0], _NAMES[(place * 7 + place // len(_NAMES)) % len(_NAMES)][1]
    address = {"street": _STREETS[place % 5], "bld": str(place + 1), "city": _CITIES[place % 4], "country": "IT"}
    customer = Customer(
        operator=operator,
        dealer=dealer,
        first_name=first,
        last_name=last,
        company_name="Hotel Belvedere" if place == 20 else "",
        mobile_phone=f"+39010555{place:04}",
        email=f"{first}.{last}@example.com".lower(),
        postal_address=address,
        contract_number=f"D-{2020 + place % 6}-{place + 1:04}",
        external_id=f"C{place + 1:05}",
        is_trial=place in (38, 39),
        currency=operator.currency,
        comment="Prefers to be called after six." if place % 11 == 4 else "",
    )
    save(actor=ACTOR, obj=customer)
    return customer


def _add_account(customer: Customer, place: int, centre: DataCentre, now: datetime) -> Account:
    fields = dict(_STATES.get(place, {}))
    today = now.date()
    if place in (28, 38, 39):
        fields |= {"activates_on": today - timedelta(days=10), "deactivates_on": today + timedelta(days=3 + place % 4)}
    if place == 29:  # over, though nobody has taken the account out of service
        fields |= {"activates_on": today - timedelta(days=60), "deactivates_on": today - timedelta(days=1)}
    if place == 20:
        fields |= {"allow_multiple_login": True, "allow_login_by_address": True, "subnets": "198.51.100.0/24"}
    return create_account(
        actor=ACTOR,
        customer=customer,
        number=FIRST_NUMBER + place,
        country="IT",
        city=_CITIES[place % 4],
        data_centre=centre,
        **fields,
    )


def uid_of(place: int, number: int = 0) -> str:
    """The MAC address of an invented device."""
    return f"00:1A:79:00:{number:02X}:{place + 1:02X}"


def _add_device(account: Account, place: int, chance: Random, now: datetime) -> None:
    """Bind a device and, where the account is in service, let it sign in some time ago."""
    kinds = _DEVICES if place >= ACCOUNTS_TO_TRY else _DEVICES[:1]
    kind, brand, model, _ = chance.choices(kinds, [each[3] for each in kinds])[0]
    uid = uid_of(place, account.devices.count())
    bind_device(
        actor=ACTOR,
        account=account,
        uid=uid,
        device_type=DeviceType.objects.get(system_name=kind),
        brand=brand,
        model=model,
        serial_number=f"SN{place:03}{account.devices.count():02}",
        is_basic=kind in ("mag", "tvip", "eltex", "android_stb"),
    )
    is_for_trying = place < 3
    if is_for_trying or not account.is_active or account.subnets or account.deactivates_on:
        return
    ago = chance.choice((30, 120, 200, 3_600, 86_400, 9 * 86_400))
    request = SignInRequest(
        account.operator_id, device_uid=uid, device_type=kind, address=f"203.0.113.{place + 1}", software="1.4"
    )
    sign_in(request=request, now=int(now.timestamp()) - ago, sealing_key="")


def add_wishes(account: Account, sealing_key: str) -> None:
    """Give an account a parental code, favourites and a channel that it hides."""
    set_parent_code(actor=ACTOR, account=account, code=PARENT_CODE, sealing_key=sealing_key)
    channels = {c.stream_id: c.pk for c in Channel.objects.of(account.operator_id)}
    wishes = {channels[loop]: PersonalWish(is_favourite=True) for loop in ("sport", "nature") if loop in channels}
    set_personal_channels(actor=ACTOR, account=account, wishes=wishes)


def add_household(operator: Operator, place: int, tariff: Tariff, now: datetime) -> Account:
    """Give an operator one customer with one account."""
    customer = create_customer(
        actor=ACTOR, operator=operator, now=now, first_name=_NAMES[place][0], last_name=_NAMES[place][1]
    )
    if not customer.subscriptions.exists():
        subscribe(actor=ACTOR, customer=customer, tariff=tariff, starts_at=now)
    return create_account(actor=ACTOR, customer=customer)
