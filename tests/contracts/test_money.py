"""Money over the wire beyond the documentation: neighbours, languages, modes, forged pictures, two at once."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from tests.at_once import at_once
from tests.contracts.house import House
from tests.contracts.paying import CARD, begun, card
from tests.factories import make_account, make_channel, make_session, make_tariff
from tests.factories.billing import make_balance, make_merchant, make_promo

from headend.billing.models import Payment, PaymentStatus, SavedCard
from headend.billing.queries import balance_of
from headend.operators.models import BillingMode, Operator
from headend.subscribers.models import Account, TariffSubscription

pytestmark = pytest.mark.django_db


def neighbour(house: House) -> str:
    """The token of another customer of the same operator."""
    return make_session(account=make_account(operator=house.operator))[1]


def test_a_neighbours_payments_and_cards_are_unknown() -> None:
    house = House()
    found = begun(house)
    other = neighbour(house)
    named = {name: found[name] for name in ("transaction_id", "session_id")}
    assert house.ask("PaymentComplete", authkey=other, **named).error == 1
    assert house.ask("PaymentPAResProcess", authkey=other, pares="x", **named, **CARD).error == 1
    assert house.ask("PaymentProcess", authkey=other, payment_id=found["payment_id"], **CARD).error == 4
    assert house.ask("CustomerInvoiceComplete", authkey=other, invoice_id=found["transaction_id"]).error == 105
    number = SavedCard.objects.create(
        operator=house.operator,
        customer=house.account.customer,
        merchant=Payment.objects.get().merchant,
        sealed_token="x",
        token_digest="x",
        mask="**** 1",
    ).pk
    assert house.ask("PaymentSavedCardDelete", authkey=other, card_id=number).error == 4
    assert house.ask("PaymentSavedCardPay", authkey=other, card_id=number, amount=1).error == 4
    assert house.ask("PaymentSavedCardList", authkey=other)["cards"] == []
    assert Payment.objects.get().status == PaymentStatus.PENDING


def test_a_neighbours_money_is_not_told() -> None:
    house = House()
    make_balance(house.account.customer, 100)
    other = neighbour(house)
    assert house.ask("CustomerBalance", authkey=other)["balance"] == "0.00"
    assert house.ask("PaymentList", authkey=other)["payments"] == []
    assert house.ask("CustomerTariffSubscriptionList", authkey=other)["subscriptions"] == []


def test_names_come_in_the_callers_language() -> None:
    house = House()
    channel = make_channel(operator=house.operator, name="Films", name_lang1="Фильмы")
    make_tariff(operator=house.operator, name="Film pack", name_lang1="Кино", channels=[channel], price=5)
    told = house.ask("AccountTariffList", lang="ru")["tariffs"]
    assert [tariff["name"] for tariff in told] == ["Basic", "Кино"]
    detail = house.ask("ChannelDetail", cid=channel.pk, lang="ru")
    assert (detail["name"], "Кино" in detail["actions"][0]["caption"]) == ("Фильмы", True)


def test_in_the_simple_mode_the_price_is_a_part() -> None:
    house = House()
    today = datetime.now(UTC).date()
    Operator.objects.filter(pk=house.operator.pk).update(billing_mode=BillingMode.SIMPLE, time_zone="UTC")
    Account.objects.filter(pk=house.account.pk).update(extends_on=today + timedelta(days=1))
    tariff = make_tariff(operator=house.operator, price=31)
    cost = house.ask("CustomerTariffSubscriptionCost", tariff_id=tariff.pk)["price"]
    assert cost in (1.0, 1.03, 1.07, 1.11)  # one day of a month of 31, 30, 29 or 28
    make_balance(house.account.customer, Decimal(str(cost)))
    assert house.ask("CustomerTariffSubscribe", tariff_id=tariff.pk).error == 0
    assert balance_of(house.account.customer) == 0


def test_what_is_paid_lifts_a_block_for_debt_where_that_is_wished() -> None:
    house = House()
    make_balance(house.account.customer, 20)
    accounts = Account.objects.filter(pk=house.account.pk)
    first, second = (make_tariff(operator=house.operator, price=5) for _ in range(2))
    for status, wish, expected in (("DEBT", 0, False), ("DEBT", 1, True)):
        accounts.update(is_active=False, status_reason=status)
        tariff = second if wish else first
        assert house.ask("AccountTariffSubscribe", tariff_id=tariff.pk, try_activate=wish).error == 0
        assert accounts.get().is_active is expected
    accounts.update(is_active=False, status_reason="INACTIVE")
    third = make_tariff(operator=house.operator, price=5)
    assert house.ask("AccountTariffSubscribe", tariff_id=third.pk, try_activate=1).error == 0
    assert not accounts.get().is_active


def test_pictures_are_made_of_our_own_addresses_only() -> None:
    house = House()
    make_merchant(operator=house.operator)
    answer = house.ask("PaymentQRCode", amount=3)
    address = urlsplit(answer["saved_qrcode_url"]).path
    assert house.get(address).status == 200
    assert house.get(address.replace(".png", "x.png")).status == 404
    assert house.get("/qr/payment/evil.png").status == 404


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "1e9", "999999999999", "1,5"])
def test_amounts_that_nobody_pays(amount: str) -> None:
    house = House()
    make_merchant(operator=house.operator)
    assert house.ask("PaymentCreate", amount=amount).error == 4
    assert not Payment.objects.exists()


def test_lists_are_paged() -> None:
    house = House()
    for number in range(1, 4):
        make_balance(house.account.customer, number)
        code = make_promo(operator=house.operator, amount=number).code
        assert house.ask("PromoActivate", code=code).error == 0
    assert [p["amount"] for p in house.ask("PaymentList", limit=2, page=2)["payments"]] == [2.0, 2.0]
    assert len(house.ask("PaymentList", limit=10**6)["payments"]) == 6
    assert house.ask("PaymentList", page=10**8)["payments"] == []
    second = house.ask("PromoList", limit=2, page=2)
    assert (second["count"], [promo["amount"] for promo in second["promos"]]) == (3, [1.0])


def test_settings_are_saved_all_or_none() -> None:
    house = House()
    order = json.dumps([{"id": house.channels[0].pk, "is_favorited": 1}, {"id": make_channel().pk}])
    assert house.ask("SettingsSave", parent_code="1", use_timeshift=1, channels_sort=order).error == 1
    for wrong in ("{", '["x"]', '[{"id": "1"}]', '[{"id": 1, "is_hidden": 7}]'):
        assert house.ask("SettingsSave", use_timeshift=1, channels_sort=wrong).error == 1
    assert house.ask("SettingsSave", use_timeshift=1, preferred_timeshift_offset=99).error == 1
    assert house.ask("SettingsSave", use_timeshift=1, parent_code="x" * 17).error == 1
    account = Account.objects.get(pk=house.account.pk)
    assert (account.use_timeshift, account.sealed_parent_code, account.channels.count()) == (False, "", 0)


def test_an_operator_without_a_gateway_says_so() -> None:
    house = House()
    assert house.ask("PaymentCreate", amount=5).error == 1
    assert house.ask("PaymentQRCode", amount=5).error == 1
    merchant = make_merchant(operator=house.operator, gateway="gone")
    assert house.ask("PaymentCreate", amount=5).error == 1
    merchant.delete()
    make_merchant(operator=house.operator, is_enabled=False)
    assert house.ask("PaymentCreate", amount=5, merchant_type="scripted").error == 1
    card(House())  # another operator's gateway is none of ours
    assert house.ask("PaymentCreate", amount=5).error == 1


@pytest.mark.django_db(transaction=True)
def test_two_devices_of_a_household_subscribe_once() -> None:
    house = House()
    make_balance(house.account.customer, 100)
    tariff = make_tariff(operator=house.operator, price=5)
    tokens = [house.token, make_session(account=house.account)[1]]
    house.key  # noqa: B018 - made before the threads begin
    answers = at_once(
        *(
            lambda token=token: house.ask("CustomerTariffSubscribe", authkey=token, tariff_id=tariff.pk)
            for token in tokens
        )  # type: ignore[misc]
    )
    assert sorted(answer.error for answer in answers) == [0, 3]  # type: ignore[attr-defined]
    assert (balance_of(house.account.customer), TariffSubscription.objects.filter(tariff=tariff).count()) == (95, 1)
