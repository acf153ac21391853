"""Every resource through its life: made, read, listed, changed, deleted, with what actions leave behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.factories.billing import make_balance, make_promo
from tests.factories.catalog import make_category, make_channel, make_tariff
from tests.factories.operators import make_dealer
from tests.factories.subscribers import make_account, make_customer, make_device, make_device_type, make_session
from tests.interfaces.rest.conftest import Caller

from headend.billing.queries import balance_of
from headend.operators.models import AuditEntry, Change

pytestmark = pytest.mark.django_db


def context(caller: Caller) -> dict[str, Any]:
    """Records that others refer to, by the name of the field."""
    customer = make_customer(operator=caller.operator)
    return {
        "customer_id": customer.pk,
        "account_id": make_account(customer=customer).pk,
        "tariff_id": make_tariff(operator=caller.operator).pk,
        "dealer_id": make_dealer(operator=caller.operator).pk,
        "category_id": make_category(operator=caller.operator).pk,
        "channel_id": make_channel(operator=caller.operator).pk,
    }


# What is made, from what there is; then what is changed of it.
LIVES: dict[str, tuple[Any, dict[str, Any]]] = {
    "customers": (
        lambda has: {"last_name": "Rossi", "dealer_id": has["dealer_id"], "meta": {"a": [1]}},
        {"mobile_phone": "+390551234567", "birth_date": "1970-01-31", "dealer_id": None},
    ),
    "accounts": (
        lambda has: {"customer_id": has["customer_id"], "number": 777, "password": "12345678"},
        {"deactivates_on": "2030-01-01", "allowed_device_groups": [0, 2]},
    ),
    "devices": (
        lambda has: {"account_id": has["account_id"], "uid": "00:1a", "model": "X"},
        {"is_enabled": False, "brand": "Y"},
    ),
    "promo-codes": (
        lambda has: {"code": "summer", "amount": "5.50", "free_tariff_ids": [has["tariff_id"]]},
        {"valid_until": "2030-01-01", "amount": "6.000"},
    ),
    "tariffs": (
        lambda has: {"name": "All", "price": "9.90", "channel_ids": [has["channel_id"]], "countries": ["IT"]},
        {"channel_ids": [], "price": "10.00"},
    ),
    "channels": (lambda has: {"name": "One", "lcn": 1, "category_id": has["category_id"]}, {"category_id": None}),
    "categories": (lambda has: {"name": "News", "colour": "#00ff00"}, {"name_lang1": "Новости"}),
    "titles": (
        lambda has: {"name": "The film", "year": 1999, "tariff_ids": [has["tariff_id"]]},
        {"published_from": "2030-01-01T00:00:00Z", "tariff_ids": []},
    ),
    "messages": (
        lambda has: {"account_id": has["account_id"], "subject": "Hello", "text": "<b>you</b>"},
        {"by_email": True},
    ),
    "dealers": (lambda has: {"name": "Corner shop"}, {"phone": "+39"}),
}


@pytest.mark.parametrize("path", LIVES)
def test_a_record_lives(caller: Caller, path: str) -> None:
    body, change = LIVES[path][0](context(caller)), LIVES[path][1]
    made = caller.post(path, body)
    assert made.status_code == 201, made.content
    record = made.json()
    expected = {name: value for name, value in body.items() if name not in ("password", "code")}
    assert {name: _same(record[name], expected[name]) for name in expected} == expected
    assert "password" not in record
    read = caller.get(made["Location"])
    assert (read.status_code, read.json(), read["ETag"]) == (200, record, made["ETag"])
    assert record["id"] in caller.ids(path)

    changed = caller.patch(made["Location"], change)
    assert changed.status_code == 200, changed.content
    assert {name: _same(changed.json()[name], change[name]) for name in change} == change
    assert changed["ETag"] != made["ETag"]

    verbs = list(AuditEntry.objects.filter(actor_kind="api_key", object_id=record["id"]).values_list("verb", flat=True))
    assert {"add", "change"} <= set(verbs)
    assert Change.objects.filter(object_id=record["id"]).exists()
    assert caller.delete(made["Location"]).status_code == 204
    assert caller.get(made["Location"]).status_code == 404
    assert caller.delete(made["Location"]).status_code == 404


def _same(value: Any, wanted: Any) -> Any:
    """Amounts may have more figures than were asked for."""
    is_amount = isinstance(value, str) and isinstance(wanted, str) and value.replace(".", "").isdigit()
    return wanted if is_amount and float(value) == float(wanted) else value


def test_a_password_is_kept_and_never_told(caller: Caller) -> None:
    account = make_account(operator=caller.operator)
    before = account.password
    told = caller.post(f"accounts/{account.pk}/password", {"password": "another one"})
    account.refresh_from_db()
    assert told.status_code == 200
    assert account.password not in (before, "another one")
    assert b"another one" not in told.content
    assert account.password.encode() not in told.content


def test_putting_into_service_and_out_of_it(caller: Caller) -> None:
    account = make_account(operator=caller.operator)
    blocked = caller.post(f"accounts/{account.pk}/deactivate", {"status_reason": "DEBT"}).json()
    assert (blocked["is_active"], blocked["status_reason"]) == (False, "DEBT")
    again = caller.post(f"accounts/{account.pk}/activate", {}).json()
    assert (again["is_active"], again["status_reason"]) == (True, "ACTIVE")


def test_devices_are_bound_once(caller: Caller) -> None:
    first, second = make_account(operator=caller.operator), make_account(operator=caller.operator)
    kind = make_device_type(system_name="box")
    bound = caller.post("devices", {"account_id": first.pk, "uid": "u1", "device_type": kind.system_name})
    assert bound.json()["device_type"] == "box"
    for account in (first, second):
        refused = caller.post("devices", {"account_id": account.pk, "uid": "u1"})
        assert (refused.status_code, refused.json()["code"]) == (409, "device_of_another")
    unknown = caller.post("devices", {"account_id": first.pk, "uid": "u2", "device_type": "none"})
    assert unknown.json()["errors"][0]["field"] == "device_type"


def test_deleting_a_session_signs_the_device_out(caller: Caller) -> None:
    session, _ = make_session(device=make_device(account=make_account(operator=caller.operator)))
    assert caller.ids("sessions", account_id=session.account_id) == [session.pk]
    assert caller.delete(f"sessions/{session.pk}").status_code == 204
    assert caller.ids("sessions") == []
    assert caller.post("sessions", {}).status_code == 405


def test_subscriptions(caller: Caller) -> None:
    has = context(caller)
    wanted = {"customer_id": has["customer_id"], "tariff_id": has["tariff_id"]}
    held = caller.post("subscriptions", wanted).json()
    assert (held["account_id"], held["ends_at"]) == (None, None)
    assert caller.post("subscriptions", wanted).json()["id"] == held["id"]  # it stays
    priced = caller.post("subscriptions", {**wanted, "price": "5"})
    assert (priced.status_code, priced.json()["code"]) == (409, "one_price_only")
    until = datetime.now(UTC) + timedelta(days=3)
    ended = caller.post(f"subscriptions/{held['id']}/end", {"ends_at": until.isoformat()}).json()
    assert datetime.fromisoformat(ended["ends_at"]) == until
    early = caller.post(f"subscriptions/{held['id']}/end", {"ends_at": "2000-01-01T00:00:00Z"})
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "ends_at")
    assert caller.delete(f"subscriptions/{held['id']}").status_code == 204
    now_ended = caller.get(f"subscriptions/{held['id']}").json()["ends_at"]
    assert datetime.fromisoformat(now_ended) <= datetime.now(UTC)


def test_buying_takes_the_price(caller: Caller) -> None:
    account = make_account(operator=caller.operator)
    tariff = make_tariff(operator=caller.operator, price=7)
    poor = caller.post(f"accounts/{account.pk}/buy", {"tariff_id": tariff.pk})
    assert (poor.status_code, poor.json()["code"]) == (409, "subscription_refused")
    make_balance(account.customer, 10)
    bought = caller.post(f"accounts/{account.pk}/buy", {"tariff_id": tariff.pk})
    assert (bought.status_code, bought.json()["tariff_id"]) == (200, tariff.pk)
    balance = caller.get(f"customers/{account.customer_id}/balance").json()
    assert balance == {"customer_id": account.customer_id, "amount": "3.00", "currency": "EUR"}


def test_payments_come_into_the_ledger(caller: Caller) -> None:
    customer = make_customer(operator=caller.operator)
    paid = caller.post("payments", {"customer_id": customer.pk, "amount": "12.30", "comment": "bank"})
    assert paid.status_code == 201, paid.content
    assert (paid.json()["amount"], paid.json()["currency"], paid.json()["status"]) == ("12.30", "EUR", "paid")
    posted = caller.get(f"transactions/{paid.json()['transaction_id']}").json()
    assert {e["book"]: e["amount"] for e in posted["entries"]} == {"customers": "12.30", "money": "-12.30"}
    back = caller.post(f"payments/{paid.json()['id']}/refund", {"amount": "2.30"})
    assert (back.status_code, back.json()["kind"]) == (200, "refund")
    too_much = caller.post(f"payments/{paid.json()['id']}/refund", {"amount": "10.01"})
    assert (too_much.status_code, too_much.json()["code"]) == (409, "over_refunded")
    assert str(balance_of(customer)) == "10.00"


def test_money_keeps_its_currency(caller: Caller) -> None:
    customer = make_customer(operator=caller.operator)
    assert caller.patch(f"customers/{customer.pk}", {"currency": "USD"}).status_code == 200
    assert caller.patch(f"customers/{customer.pk}", {"currency": "$"}).status_code == 422
    customer.refresh_from_db()
    make_balance(customer, 10)
    refused = caller.patch(f"customers/{customer.pk}", {"currency": ""})
    assert (refused.status_code, refused.json()["code"]) == (409, "currency_fixed")


@pytest.mark.parametrize("amount", ["0", "0.001", "-1", "1e3", "NaN", " 1", "1,5", "9" * 13, 12.3, 12, None, ""])
def test_what_is_no_amount(caller: Caller, amount: Any) -> None:
    customer = make_customer(operator=caller.operator)
    refused = caller.post("payments", {"customer_id": customer.pk, "amount": amount})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "amount")
    assert caller.ids("payments") == []


def test_a_correction_stands_beside_what_was_wrong(caller: Caller) -> None:
    payment = make_balance(make_customer(operator=caller.operator), 10)
    address = f"transactions/{payment.transaction_id}"
    corrected = caller.post(f"{address}/correct", {"comment": "typed wrong"})
    assert corrected.json()["corrects_id"] == payment.transaction_id
    again = caller.post(f"{address}/correct", {})
    assert (again.status_code, again.json()["code"]) == (409, "already_posted")
    assert caller.patch(address, {"comment": "x"}).status_code == 405
    assert caller.delete(address).status_code == 405


def test_messages_are_sent_and_stopped(caller: Caller) -> None:
    account = make_account(operator=caller.operator)
    draft = caller.post("messages", {"account_id": account.pk, "subject": "S", "text": "<script>x</script>T"}).json()
    assert (draft["state"], draft["text"]) == ("draft", "T")
    sent = caller.post(f"messages/{draft['id']}/send", {}).json()
    assert (sent["state"], sent["total"]) == ("waiting", 1)
    again = caller.post(f"messages/{draft['id']}/send", {})
    assert (again.status_code, again.json()["code"]) == (409, "mailing_under_way")
    late = caller.patch(f"messages/{draft['id']}", {"subject": "other"})
    assert late.status_code == 409
    assert caller.post(f"messages/{draft['id']}/stop", {}).json()["state"] == "stopped"


def test_the_own_operator(caller: Caller) -> None:
    number = caller.operator.pk
    assert caller.ids("operators") == [number]
    changed = caller.patch(f"operators/{number}", {"email": "tv@example.com"})
    assert changed.json()["email"] == "tv@example.com"
    for field in ("is_active", "billing_mode", "parent_id", "currency", "path"):
        assert caller.patch(f"operators/{number}", {field: None}).status_code == 422
    assert caller.post("operators", {"name": "x"}).status_code == 405
    assert caller.delete(f"operators/{number}").status_code == 405


def test_names_that_are_taken(caller: Caller) -> None:
    make_promo(operator=caller.operator, code="TWICE")
    caller.post("customers", {"external_id": "e1"})
    for path, body, code in (
        ("promo-codes", {"code": "twice"}, "taken"),
        ("customers", {"external_id": "e1"}, "external_id_taken"),
    ):
        refused = caller.post(path, body)
        assert (refused.status_code, refused.json()["code"]) == (409, code)


def test_what_is_held_is_not_deleted(caller: Caller) -> None:
    has = context(caller)
    caller.post("subscriptions", {"customer_id": has["customer_id"], "tariff_id": has["tariff_id"]})
    refused = caller.delete(f"tariffs/{has['tariff_id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
