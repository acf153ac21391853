"""Lists: pages that neither repeat nor leave out, orders, filters, fields, and conditions on single records."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.subscribers import make_account, make_customer
from tests.interfaces.rest.conftest import Caller

from headend.subscribers.models import Customer

pytestmark = pytest.mark.django_db


def walk(caller: Caller, path: str, **query: Any) -> list[int]:
    """The numbers of all pages."""
    found, cursor = [], None
    while True:
        page = caller.get(path, **query, **({"cursor": cursor} if cursor else {})).json()
        found += [record["id"] for record in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("sort", ["id", "-id", "last_name", "-last_name", "created_at", "-created_at"])
def test_pages_in_every_order(caller: Caller, sort: str) -> None:
    for place in range(11):
        make_customer(operator=caller.operator, last_name=f"name {place % 3}")
    field = sort.lstrip("-")
    rows = list(Customer.objects.of(caller.operator.pk).order_by(sort, ("-id" if sort[0] == "-" else "id")))
    assert walk(caller, "customers", sort=sort, limit=4) == [row.pk for row in rows]
    assert [getattr(row, field) for row in rows] == sorted(
        (getattr(row, field) for row in rows), reverse=sort[0] == "-"
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["add", "drop", "page"]), max_size=12))
def test_what_stays_is_seen_once_whatever_comes_and_goes(caller: Caller, events: list[str]) -> None:
    Customer.objects.of(caller.operator.pk).delete()
    stay = [make_customer(operator=caller.operator, last_name=f"m{place}").pk for place in range(7)]
    going = [make_customer(operator=caller.operator, last_name=f"m{place}").pk for place in range(4)]
    seen, cursor, is_over = [], None, False
    for event in [*events, *["page"] * 20]:
        if event == "add":
            make_customer(operator=caller.operator, last_name="a" if len(seen) % 2 else "z")
        elif event == "drop" and going:
            Customer.objects.filter(pk=going.pop()).delete()
        elif event == "page" and not is_over:
            page = caller.get("customers", sort="last_name", limit=2, **({"cursor": cursor} if cursor else {})).json()
            seen += [record["id"] for record in page["data"]]
            cursor, is_over = page["next_cursor"], page["next_cursor"] is None
    assert is_over
    assert len(seen) == len(set(seen))
    assert set(stay) <= set(seen)


def test_filters(caller: Caller) -> None:
    first = make_customer(operator=caller.operator, last_name="Rossi", external_id="e1", email="A@example.com")
    second = make_customer(operator=caller.operator, last_name="Verdi")
    assert caller.ids("customers", external_id="e1") == [first.pk]
    assert caller.ids("customers", email="a@EXAMPLE.com") == [first.pk]
    assert caller.ids("customers", last_name="ver") == [second.pk]
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert caller.ids("customers", created_from=later) == []
    assert caller.ids("customers", created_before=later) == [first.pk, second.pk]
    accounts = [make_account(customer=customer) for customer in (first, second)]
    assert caller.ids("accounts", customer_id=second.pk) == [accounts[1].pk]
    assert caller.ids("accounts", is_active="false") == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 501}, {"limit": "x"}, {"sort": "password"}, {"sort": ""}, {"sort": "-"},
        {"cursor": "x"}, {"cursor": "x" * 3000}, {"fields": "password"}, {"lastname": "typed wrong"},
        {"created_from": "2030-01-01T00:00:00"}, {"created_from": "yesterday"}, {"dealer_id": "0"},
        {"dealer_id": "9" * 30}, {"operator_id": "1"},
    ],
)  # fmt: skip
def test_what_lists_do_not_take(caller: Caller, query: dict[str, Any]) -> None:
    refused = caller.get("customers", **query)
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert refused.json()["errors"][0]["field"] == next(iter(query))


def test_cursors_belong_to_their_order(caller: Caller) -> None:
    for _ in range(3):
        make_customer(operator=caller.operator)
    cursor = caller.get("customers", limit=1).json()["next_cursor"]
    assert caller.get("customers", limit=1, cursor=cursor).status_code == 200
    assert caller.get("customers", sort="-id", cursor=cursor).status_code == 422
    assert caller.get("customers", cursor=cursor[:-1]).status_code == 422


def test_only_some_fields(caller: Caller) -> None:
    number = make_customer(operator=caller.operator, last_name="Rossi").pk
    few = caller.get("customers", fields="id,last_name").json()["data"]
    assert few == [{"last_name": "Rossi", "id": number}]
    one, whole = caller.get(f"customers/{number}", fields="last_name"), caller.get(f"customers/{number}")
    assert (one.json(), one["ETag"]) == ({"last_name": "Rossi"}, whole["ETag"])


def test_conditions(caller: Caller) -> None:
    number = make_customer(operator=caller.operator).pk
    address = f"/api/v1/customers/{number}"
    tag = caller.get(address)["ETag"]
    known = caller._client.get(address, headers={"If-None-Match": tag})
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", tag)
    assert caller._client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    changed = caller.patch(address, {"last_name": "Rossi"}, If_Match=tag)
    assert changed.status_code == 200
    for stale in (tag, '"x"', "x"):
        refused = caller.patch(address, {"last_name": "Verdi"}, If_Match=stale)
        assert (refused.status_code, refused.json()["code"]) == (412, "changed_meanwhile")
        assert caller.delete(address, If_Match=stale).status_code == 412
    assert caller.delete(address, If_Match=f'"x", {changed["ETag"]}').status_code == 204
