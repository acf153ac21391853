"""Notices over the wire: once or not at all, whichever way and order they come in; what is kept of them."""

import hmac
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.at_once import at_once
from tests.factories import make_account
from tests.factories.billing import make_merchant

from headend.billing.actions import Checkout, forget_notices, settle_payment, start_payment
from headend.billing.actions import notices as notice_actions
from headend.billing.models import Entry, GatewayNotice, Merchant, Payment
from headend.billing.ports import Outcome, PaymentState
from headend.billing.queries import balance_of, key_of
from headend.interfaces.payments import open_gateway
from headend.kernel.actor import system
from headend.subscribers.models import Account

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
SECRET = "s3cret"
OPTIONS = {
    "page_url": "https://pay.example/",
    "number_field": "number",
    "failed_words": "failure",
    "refunded_words": "refund",
    "signed_fields": "order_id, amount, currency, status, number",
    "signed_joiner": ";",
    "answer_refused": "NO $reason",
}


class Shop:
    """A merchant whose gateway signs its forms, a payment of ten euros, and the gateway itself."""

    def __init__(self, account: Account | None = None, **options: str) -> None:
        self.account = account or make_account()
        self.merchant: Merchant = make_merchant(
            operator=self.account.operator, gateway="signed", secret=SECRET, options=OPTIONS | options
        )
        self.payment = self.begin()
        self.client = Client(REMOTE_ADDR="192.0.2.7")

    def begin(self, amount: str = "10") -> Payment:
        return start_payment(
            actor=system("tests"),
            account=self.account,
            merchant=self.merchant,
            gateway=open_gateway(self.merchant),
            checkout=Checkout(amount=Decimal(amount)),
            now=NOW,
        )[0]

    @property
    def path(self) -> str:
        return f"/billing/payment/signed/{self.merchant.pk}/validate_notify/"

    def says(self, status: str = "success", amount: str = "10.00", number: str = "1", **other: Any) -> dict[str, str]:
        said = {"order_id": key_of(self.payment), "amount": amount, "currency": "EUR", "status": status}
        said |= {"number": number} | other
        text = ";".join(said[name] for name in ("order_id", "amount", "currency", "status", "number"))
        return {"signature": hmac.new(SECRET.encode(), text.encode(), "sha256").hexdigest()} | said

    def tell(self, *status: str, **said: Any) -> tuple[int, str]:
        answer = self.client.post(self.path, self.says(*status, **said))
        return answer.status_code, answer.content.decode()

    @property
    def balance(self) -> Decimal:
        return balance_of(self.account.customer)

    def verdicts(self) -> list[tuple[str, str]]:
        return list(GatewayNotice.objects.order_by("pk").values_list("verdict", "complaint"))


def test_a_notice_pays_once_however_often_it_comes() -> None:
    shop = Shop()
    assert [shop.tell() for _ in range(3)] == [(200, "OK")] * 3
    assert (shop.balance, Payment.objects.get().status) == (10, "paid")
    kept = GatewayNotice.objects.get()
    assert (kept.verdict, kept.times, kept.payment, kept.address) == ("done", 3, shop.payment, "192.0.2.7")
    assert shop.tell(number="2") == (200, "OK")  # the same news under another number
    assert (shop.balance, shop.verdicts()[1]) == (10, ("known", ""))


@pytest.mark.django_db(transaction=True)
def test_notices_at_once_pay_once() -> None:
    shop = Shop()
    outcomes = at_once(*[lambda n=n: shop.tell(number=str(n % 2)) for n in range(4)])  # type: ignore[misc]
    assert set(outcomes) == {(200, "OK")}
    assert (shop.balance, Entry.objects.filter(book="customers").count()) == (10, 1)
    assert sum(GatewayNotice.objects.values_list("times", flat=True)) == 4


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"amount": "9.99"}, "wrong_amount"),
        ({"amount": "1000"}, "wrong_amount"),
        ({"currency": "USD"}, "wrong_currency"),
        ({"order_id": "1-guessed"}, "unknown_payment"),
        ({"order_id": "x" * 150}, "unknown_payment"),
        ({"order_id": "x" * 300}, "unreadable"),
        ({"amount": "ten"}, "unreadable"),
    ],
)
def test_what_does_not_fit_is_refused_and_kept(said: dict[str, str], complaint: str) -> None:
    shop = Shop()
    assert shop.tell(**said) == (400, f"NO {complaint}")
    assert (shop.balance, shop.verdicts()) == (0, [("refused", complaint)])
    assert Payment.objects.get().status == "pending"
    assert shop.tell() == (200, "OK")


def test_a_wrong_signature_changes_nothing() -> None:
    shop = Shop()
    forged = shop.says() | {"amount": "99.00"}
    for sent in (forged, forged | {"signature": ""}, {}, shop.says() | {"signature": "é" * 5}):
        answer = shop.client.post(shop.path, sent)
        assert (answer.status_code, answer.content) == (400, b"NO bad_signature")
    assert (shop.balance, set(shop.verdicts())) == (0, {("refused", "bad_signature")})


def test_late_and_out_of_order() -> None:
    shop = Shop()
    assert shop.tell("refund", amount="4.00", number="r1") == (200, "OK")  # before anything was paid
    assert shop.tell("failure") == (200, "OK")
    assert (Payment.objects.get().status, shop.balance) == ("failed", 0)
    assert shop.tell(number="2") == (200, "OK")  # paid after all, and the refund with it
    assert (Payment.objects.get().status, shop.balance) == ("paid", 6)
    assert shop.tell("failure", number="3") == (200, "OK")  # too late: what is paid stays so
    assert shop.tell("refund", amount="4.00", number="r1") == (200, "OK")
    assert shop.tell("refund", amount="4.00", number="r2") == (200, "OK")
    assert shop.tell("refund", amount="4.00", number="r3") == (400, "NO over_refunded")
    assert (Payment.objects.get().status, shop.balance) == ("paid", 2)
    assert [verdict for verdict, _ in shop.verdicts()] == ["done", "done", "done", "ignored", "done", "refused"]


def test_refunds_without_numbers_are_sums() -> None:
    shop = Shop()
    shop.tell()
    for amount, left in (("3.00", 7), ("3.00", 7), ("5.00", 5), ("4.00", 5)):
        assert shop.tell("refund", amount=amount, number="") == (200, "OK")
        assert shop.balance == left


def test_what_a_device_was_told_first_is_known() -> None:
    shop = Shop()
    settle_payment(actor=system("tests"), payment=shop.payment, outcome=Outcome(PaymentState.PAID), now=NOW)
    assert shop.tell() == (200, "OK")
    assert (shop.balance, shop.verdicts()) == (10, [("known", "")])


# --- whose notice it is ---


def test_by_client_id_by_a_field_or_by_being_the_only_one() -> None:
    shop = Shop(merchant_field="shop", merchant_number="A-1")
    said, bare = shop.says(shop="A-1"), "/billing/payment/signed/validate_notify"
    assert shop.client.post(bare, said).content == b"OK"
    Shop(merchant_field="shop", merchant_number="A-2")
    for path in (f"{bare}/?client_id={shop.merchant.operator_id}", f"/api{bare}/", f"/api{shop.path}"[:-1]):
        assert shop.client.post(path, said).content == b"OK", path
    assert shop.client.get(shop.path, said).content == b"OK"
    assert shop.client.post(bare, shop.says(shop="A-3")).status_code == 404
    assert shop.client.post(f"{bare}?client_id=999999", said).status_code == 404
    assert shop.client.post("/billing/payment/payture/validate_notify/", said).status_code == 404
    assert (shop.balance, GatewayNotice.objects.count()) == (10, 1)


def test_another_operators_gateway_pays_nothing_here() -> None:
    shop, other = Shop(), Shop()
    answer = other.client.post(other.path, shop.says())
    assert (answer.status_code, answer.content) == (400, b"NO unknown_payment")
    assert (shop.balance, other.balance) == (0, 0)


def test_a_merchant_may_be_called_as_devices_and_old_settings_name_it() -> None:
    shop = Shop()
    Merchant.objects.filter(pk=shop.merchant.pk).update(code="w1", is_enabled=False)
    path = "/billing/payment/w1/validate_notify/"
    assert shop.client.post(path, shop.says()).content == b"OK"  # money comes late, also to a contract that ended


# --- hostile ---


def test_secrets_are_not_kept() -> None:
    shop = Shop()
    shop.tell(card_number="4000000000000002", comment="paid by 4000 0000 0000 0002 thanks", cvv="123")
    kept = str(GatewayNotice.objects.values())
    assert "4000" not in kept
    assert "'123'" not in kept
    fields = GatewayNotice.objects.get().fields
    assert (fields["signature"], fields["comment"], fields["amount"]) == ("…", "paid by … 0002 thanks", "10.00")


def test_who_makes_notices_up_does_not_fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice_actions, "MOST_UNPROVED_A_DAY", 3)
    shop = Shop()
    for number in range(6):
        shop.client.post(shop.path, {"order_id": str(number)})
    assert GatewayNotice.objects.count() == 3
    assert shop.tell() == (200, "OK")
    assert shop.balance == 10


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{" * 9, "application/json", 400),
        ("[1]", "application/json", 400),
        ("<a>" * 9, "text/xml", 400),
        ('{"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}, "x": null, "order_id": ["1"]}', "application/json", 400),
        ("x=1&" * 3000, "application/x-www-form-urlencoded", 413),
        ("x" * 2_000_000, "text/plain", 413),
    ],
)
def test_what_is_no_notice(body: str, kind: str, status: int) -> None:
    shop = Shop()
    assert shop.client.post(shop.path, body, content_type=kind).status_code == status
    assert shop.client.put(shop.path, body, content_type=kind).status_code == 405
    assert shop.balance == 0


def test_old_notices_are_forgotten_but_not_those_that_wait() -> None:
    shop = Shop()
    with time_machine.travel(NOW, tick=False):
        shop.tell("refund", number="r")
        shop.tell("failure")
    assert forget_notices(before=NOW + timedelta(days=1)) == 1
    assert [verdict for verdict, _ in shop.verdicts()] == ["waits"]


# --- any mix ---

NOTICES: st.SearchStrategy[list[tuple[str, str, str]]] = st.lists(
    st.one_of(
        st.tuples(st.just("success"), st.sampled_from(["10.00", "9.99", "10"]), st.sampled_from(["p1", "p2"])),
        st.tuples(st.just("failure"), st.just("10.00"), st.sampled_from(["f1", "f2"])),
        st.tuples(st.just("refund"), st.sampled_from(["3.00", "4.00"]), st.sampled_from(["r1", "r2"])),
        st.tuples(st.just("created"), st.just("10.00"), st.just("")),
        st.tuples(st.just("forged"), st.just("10.00"), st.just("p1")),
    ),
    max_size=10,
)


@given(notices=NOTICES, order=st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mix_of_notices_ends_in_the_same_sums(
    notices: list[tuple[str, str, str]], order: Random, house: Shop
) -> None:
    house.payment = house.begin()
    before = house.balance
    order.shuffle(notices)
    for status, amount, number in notices:
        sent = house.says(status, amount=amount, number=number) | ({"signature": "x"} if status == "forged" else {})
        assert house.client.post(house.path, sent).status_code in (200, 400)
    is_paid = any(status == "success" and amount != "9.99" for status, amount, _ in notices)
    refunds: dict[str, Decimal] = {}
    for status, amount, number in notices:
        if status == "refund":
            refunds.setdefault(number, Decimal(amount))
    expected = 10 - sum(refunds.values()) if is_paid else 0
    payment = Payment.objects.get(pk=house.payment.pk)
    assert (house.balance - before, payment.status == "paid") == (expected, is_paid)
    posted = (
        Entry.objects.filter(transaction=payment.transaction_id, book="customers") if is_paid else Entry.objects.none()
    )
    assert len(posted) == int(is_paid)


@pytest.fixture
def house(db: None) -> Shop:
    return Shop()


def test_the_sealing_key_is_needed_for_the_secret() -> None:
    shop = Shop()
    Merchant.objects.filter(pk=shop.merchant.pk).update(sealed_secret="sealed elsewhere")
    assert shop.tell()[0] == 404
    assert settings.ENCRYPTION_KEY
