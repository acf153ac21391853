"""How shipped clients call the billing API: what they send, as they send it, signed as they sign it."""

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.contracts.house import Answer, House
from tests.factories.operators import make_dealer
from tests.factories.subscribers import make_account, make_customer, make_subscription

from headend.interfaces.wire.signatures import signature_of
from headend.messaging.models import Mailing
from headend.operators.models import ApiKey, Dealer
from headend.operators.rules import Api

BASE = "/billing/api"
FORM = "application/x-www-form-urlencoded"


def signed(params: dict[str, Any], key: str) -> str:
    """What a client signs, written down apart from ours: every entry of a list is a pair of its own."""
    pairs = [(n, str(each)) for n, value in params.items() for each in (value if isinstance(value, list) else [value])]
    text = "".join(f"{name}:{value};" for name, value in sorted(pairs)) + key
    return hashlib.md5(base64.b64encode(text.encode())).hexdigest()


@pytest.mark.parametrize(
    ("params", "signature"),
    [
        ({"client_id": [1], "customer_id": [1], "allowed_device_groups": [1, 3]}, "7e4210d744341f4e3bbdf1d779bd4142"),
        ({"client_id": [1], "name": ["test"], "additional_categories": [1, 12, 2]}, "22fe9a9ddef4964113ac34021933dac7"),
    ],
)
def test_the_documented_signatures(params: dict[str, list[Any]], signature: str) -> None:
    assert signature_of(params, "secretkey") == signature


@pytest.fixture
def house() -> House:
    return House()


def post(house: House, path: str, params: Any, query: str = "", kind: str = FORM) -> Answer:
    return house.post(f"{BASE}{path}?{query}", urlencode(params, doseq=True) if kind == FORM else params, kind)


@pytest.mark.django_db
def test_parameters_in_the_query_and_again_in_the_body_are_signed_once(house: House) -> None:
    params = {"client_id": house.operator.pk, "limit": 10, "page": 1}
    params["signature"] = signed(params, house.key_of(Api.BILLING))
    assert post(house, "/customer/list/", params, urlencode(params)).error == 0


@pytest.mark.django_db
@pytest.mark.parametrize("spelled", ["[{0}, {1}]", "{0},{1}"])
def test_a_list_as_one_text(house: House, spelled: str) -> None:
    make_subscription(customer=house.account.customer, tariff=house.tariff)
    tariffs = spelled.format(house.tariff.pk, house.tariff.pk)
    params = {"client_id": house.operator.pk, "tariff_id": tariffs}
    answer = post(house, "/customer/list", params | {"signature": signed(params, house.key_of(Api.BILLING))})
    assert [row["id"] for row in answer["customers"]] == [house.account.customer_id]


@pytest.mark.django_db
@pytest.mark.parametrize(("suffix", "signed_suffix"), [("", ""), ("[]", "[]"), ("[]", "")])
def test_a_list_repeated_with_or_without_brackets(house: House, suffix: str, signed_suffix: str) -> None:
    name = "allowed_device_groups"
    common = {"client_id": house.operator.pk, "account_id": house.account.pk}
    signature = signed(common | {name + signed_suffix: [3, 1]}, house.key_of(Api.BILLING))
    assert post(house, "/account/modify/", common | {name + suffix: [3, 1], "signature": signature}).error == 0
    house.account.refresh_from_db()
    assert house.account.allowed_device_groups == [3, 1]


@pytest.mark.django_db
def test_numbers_flags_and_lists_in_json(house: House) -> None:
    params = {
        "client_id": house.operator.pk,
        "account_id": house.account.pk,
        "active": False,
        "allowed_device_groups": [1],
    }
    params["signature"] = signed(params, house.key_of(Api.BILLING))
    assert house.client.post(f"{BASE}/account/modify/", params, content_type="application/json").json()["error"] == 0
    house.account.refresh_from_db()
    assert (house.account.is_active, house.account.allowed_device_groups) == (False, [1])


@pytest.mark.django_db
def test_the_missing_number_is_minus_one(house: House) -> None:
    customer = make_customer(operator=house.operator, external_id="C-7")
    params = {"client_id": house.operator.pk, "customer_id": -1, "ext_id": "C-7"}
    params["signature"] = signed(params, house.key_of(Api.BILLING))
    assert post(house, "/customer/info/", params)["id"] == customer.pk


@pytest.mark.django_db
def test_a_mass_message_signs_the_signature_before(house: House) -> None:
    key = house.key_of(Api.BILLING)
    params: dict[str, Any] = {"client_id": house.operator.pk, "text": "Hello"}
    for account in (house.account, *(make_account(operator=house.operator) for _ in range(3))):
        params["account_id"] = account.pk
        params["signature"] = signed(params, key)  # over the one before, which is still there
        assert post(house, "/account/message/create/", params).error == 0
    assert Mailing.objects.count() == 4
    params["account_id"] = house.account.pk
    params["signature"] = signed(params | {"signature": "0" * 32}, key)
    assert post(house, "/account/message/create/", params).error == -2


@pytest.mark.django_db
def test_the_key_of_another_api_or_operator_does_not_sign(house: House) -> None:
    params = {"client_id": house.operator.pk}
    for key in (house.key_of(Api.CONTENT), House().key_of(Api.BILLING), "", house.key_of(Api.DEVICE)):
        house.key_of(Api.BILLING)
        assert post(house, "/tariff/list/", params | {"signature": signed(params, key)}).error == -2


# --- dealers ---


def ask_dealers(house: House, path: str, **params: Any) -> Answer:
    return house.post(f"/dealers/api{path}", urlencode(params), FORM)


@pytest.mark.django_db
def test_a_dealer_comes_from_its_own_addresses(house: House) -> None:
    given = {
        "dealer_id": house.dealer.pk,
        "api_key": house.key_of(Api.DEALERS),
        "customer_id": house.account.customer_id,
    }
    for subnets, error in (("", 1), ("192.0.2.0/24", 1), ("198.51.100.0/24\n203.0.113.7", 401), ("nonsense", 401)):
        Dealer.objects.update(allowed_subnets=subnets)
        assert ask_dealers(house, "/customer/info/", **given).error == error
    Dealer.objects.update(allowed_subnets="", is_active=False)
    assert ask_dealers(house, "/customer/info/", **given).error == 401


@pytest.mark.django_db
def test_a_dealers_key_is_only_its_own(house: House) -> None:
    house.key_of(Api.DEALERS)
    other = make_dealer(operator=house.operator)
    assert ask_dealers(house, "/customer/info/", dealer_id=other.pk, api_key=house.key_of(Api.DEALERS)).error == 401
    key = ApiKey.objects.get(api="dealers")
    assert (key.dealer, house.key_of(Api.DEALERS) in key.digest + key.sealed) == (house.dealer, False)
