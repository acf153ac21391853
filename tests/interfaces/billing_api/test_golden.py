"""Calls of the billing and the dealers' API, byte for byte as other systems get their answers.

The answers are in `golden/`. To change them on purpose, run with HEADEND_WRITE_GOLDEN=1 and read the difference.
"""

import os
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.desk import Desk
from tests.contracts.house import House
from tests.factories.billing import make_card

from headend.billing.actions import post_external
from headend.billing.models import Kind
from headend.operators.models import Operator
from headend.subscribers.models import Account, Customer, Device, Session, TariffSubscription

GOLDEN = Path(__file__).parent / "golden"
DAY = datetime(2025, 1, 15, 12, tzinfo=UTC)

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "account_info": ("AccountInfo", {"abonement": 4711}),
    "account_info_unknown": ("AccountInfo", {"account_id": 10**8}),
    "account_create_refused": ("AccountCreate", {"ext_id": "C-1", "activation_date": "soon", "data_center": "x"}),
    "account_device_create": ("AccountDeviceCreate", {"abonement": 4711, "device_uid": "02:aa", "system_name": "mag"}),
    "account_device_modify": ("AccountDeviceModify", {"device_uid": "02:00:00:00:00:01", "serial_number": "S-1"}),
    "account_list": ("AccountList", {"abonement_regexp": "^47"}),
    "account_modify": ("AccountModify", {"abonement": 4711, "option1": "x"}),
    "authkey_delete_refused": ("AuthkeyDelete", {}),
    "customer_info": ("CustomerInfo", {"ext_id": "C-1"}),
    "customer_list": ("CustomerList", {"limit": 1}),
    "customer_create_refused": ("CustomerCreate", {"email": "nobody", "firstname": "Ada"}),
    "customer_tariff_assign_unknown": ("CustomerTariffAssign", {"ext_id": "C-1", "tariff_ext_id": "?"}),
    "customer_tariff_remove_unknown": ("CustomerTariffRemove", {"ext_id": "C-1", "tariff_ext_id": "?"}),
    "customer_transaction_list": ("CustomerTransactionList", {"ext_id": "C-1"}),
    "session_list": ("SessionList", {}),
    "tariff_basic_list": ("TariffBasicList", {}),
    "transaction_delete_unknown": ("TransactionDelete", {"ext_id": "T-9"}),
    "bad_signature": ("TariffList", {"signature": "0" * 32}),
}
DEALERS = (
    "account_create_refused", "account_device_create", "account_device_modify", "account_info", "account_info_unknown",
    "account_modify", "customer_create_refused", "customer_info", "customer_tariff_assign_unknown",
    "customer_tariff_remove_unknown",
)  # fmt: skip


@pytest.fixture
def house() -> House:
    """A house of which everything that answers tell is fixed but the numbers of records."""
    house = House()
    desk = Desk("billing", house)
    Operator.objects.filter(pk=house.operator.pk).update(time_zone="Europe/Rome", currency="EUR")
    house.operator.refresh_from_db()
    Account.objects.update(number=4711, created_at=DAY, last_seen_at=DAY, activates_on=date(2027, 1, 1))
    Customer.objects.update(first_name="Ada", last_name="Rossi", meta={"crm": "è"}, birth_date=date(1980, 2, 29))
    Device.objects.update(created_at=DAY, uid="02:00:00:00:00:01")
    Session.objects.update(address="192.0.2.7", device_uid="02:00:00:00:00:01")
    TariffSubscription.objects.update(starts_at=DAY)
    desk.held_by_all(starts_at=DAY)
    TariffSubscription.objects.update(starts_at=DAY)
    make_card(customer=desk.customer, for_autopayment=True)
    for number, amount in (("T-1", 20), ("T-2", -5)):
        post_external(
            actor=house.actor,
            customer=desk.customer,
            amount=Decimal(amount),
            external_id=number,
            now=DAY,
            kind=Kind.PAYMENT if amount > 0 else Kind.SUBSCRIPTION,
            comment="bank",
        )
    return house


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("api", "name"), [*(("billing", name) for name in CALLS), *(("dealers", name) for name in DEALERS)]
)
def test_answers(house: House, api: str, name: str) -> None:
    call, params = CALLS[name]
    got = house.ask(f"{api}.{call}", **params)
    assert got.content_type == "application/json; charset=utf-8"
    body = _unnumbered(got.body)
    file = GOLDEN / f"{api}_{name}.json"
    if os.environ.get("HEADEND_WRITE_GOLDEN"):
        file.write_bytes(body)
    assert body == file.read_bytes()


def _unnumbered(body: bytes) -> bytes:
    """Without the numbers of records, which no test can know."""
    text = re.sub(rb'("(?:\w*_)?id":)("?)[1-9][0-9]*("?)', rb"\1\2N\3", body)
    return re.sub(rb'("tariffs":\[)[0-9,]+\]', rb"\1N]", text)


def test_no_golden_answer_is_left_over() -> None:
    known = {f"billing_{name}" for name in CALLS} | {f"dealers_{name}" for name in DEALERS}
    assert {file.stem for file in GOLDEN.iterdir()} == known
