"""Keys: who gets in, with which scopes, how often, and never to another operator's records."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories.ingest import make_inbox, make_ticket
from tests.factories.operators import make_api_key, make_operator
from tests.interfaces.rest.conftest import BASE, Caller, make_caller
from tests.interfaces.rest.test_resources import LIVES, context

from headend.interfaces.rest.api import API, RESOURCES
from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.operators.actions import issue_key
from headend.operators.models import ApiKey
from headend.operators.rules import SCOPES, Api

pytestmark = pytest.mark.django_db
OPERATIONS = [
    (verb, path.removeprefix(BASE), operation)
    for path, verbs in API.get_openapi_schema(path_prefix=BASE)["paths"].items()
    for verb, operation in verbs.items()
]
NAMES = [operation["operationId"] for _, _, operation in OPERATIONS]


MOMENT = "2030-01-01T00:00:00Z"
BODIES = {"buy": {"tariff_id": 1}, "end": {"ends_at": MOMENT}, "password": {"password": "p"}}


def ask(caller: Caller, verb: str, path: str, number: int = 1, body: Any = None) -> Any:
    address = path.replace("{id}", str(number))
    if verb == "get":
        return caller.get(address)
    if verb == "delete":
        return caller.delete(address)
    if verb == "put":
        return caller.put(address, b"")
    return getattr(caller, verb)(address, {} if body is None else body)


@pytest.mark.parametrize(("verb", "path", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_needs_its_scope(verb: str, path: str, operation: dict[str, Any]) -> None:
    operator = make_operator()
    stranger = Client().generic(verb.upper(), BASE + path.replace("{id}", "1"))
    assert (stranger.status_code, stranger["WWW-Authenticate"]) == (401, "Bearer")
    others = make_caller(operator, [scope for scope in SCOPES if scope != operation["x-scope"]])
    refused = ask(others, verb, path)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert ask(make_caller(operator, [operation["x-scope"]]), verb, path).status_code not in (401, 403)


def test_scopes_and_operations_know_each_other() -> None:
    used = {operation["x-scope"] for _, _, operation in OPERATIONS}
    assert used == set(SCOPES)


@pytest.fixture
def foreign() -> dict[str, int]:
    """A record of every resource of somebody else, by path."""
    other = make_caller()
    has = context(other)
    made = {path: other.post(path, life[0](has)).json()["id"] for path, life in LIVES.items()}
    held = other.post("subscriptions", {"customer_id": has["customer_id"], "tariff_id": has["tariff_id"]})
    paid = other.post("payments", {"customer_id": has["customer_id"], "amount": "5"}).json()
    package = make_ticket(make_inbox(other.operator, path="theirs"))
    made |= {"packages": package.pk, "inboxes": package.inbox_id}
    own = {"operators": other.operator.pk, "payments": paid["id"], "transactions": paid["transaction_id"]}
    return {**made, **own, "subscriptions": held.json()["id"], "customer": has["customer_id"], **has}


def test_no_operation_reaches_another_operators_records(caller: Caller, foreign: dict[str, int]) -> None:
    reached = []
    for verb, path, operation in OPERATIONS:
        resource = path.split("/")[0]
        if "{id}" in path and resource in foreign:
            bodies = {
                "buy": {"tariff_id": 1},
                "end": {"ends_at": "2030-01-01T00:00:00Z"},
                "password": {"password": "p"},
            }
            answer = ask(caller, verb, path, foreign[resource], bodies.get(path.split("/")[-1]))
            reached += [operation["operationId"]] if answer.status_code != 404 else []
    assert reached == []
    for resource in RESOURCES:
        assert foreign.get(resource.path) not in caller.ids(resource.path), resource.path


def test_no_reference_leads_to_another_operator(caller: Caller, foreign: dict[str, int]) -> None:
    own = context(caller)
    cases = [
        ("customers", {"dealer_id": foreign["dealer_id"]}, "dealer_id"),
        ("accounts", {"customer_id": foreign["customer_id"]}, "customer_id"),
        ("devices", {"uid": "u", "account_id": foreign["account_id"]}, "account_id"),
        ("subscriptions", {"customer_id": foreign["customer_id"], "tariff_id": own["tariff_id"]}, "customer_id"),
        ("subscriptions", {"customer_id": own["customer_id"], "tariff_id": foreign["tariff_id"]}, "tariff_id"),
        ("payments", {"customer_id": foreign["customer_id"], "amount": "1"}, "customer_id"),
        ("tariffs", {"name": "T", "channel_ids": [own["channel_id"], foreign["channel_id"]]}, "channel_ids"),
        ("channels", {"name": "C", "category_id": foreign["category_id"]}, "category_id"),
        ("titles", {"name": "T", "tariff_ids": [foreign["tariff_id"]]}, "tariff_ids"),
        ("promo-codes", {"code": "X", "free_tariff_ids": [foreign["tariff_id"]]}, "free_tariff_ids"),
        ("messages", {"subject": "s", "text": "t", "account_id": foreign["account_id"]}, "account_id"),
    ]
    for path, body, place in cases:
        refused = caller.post(path, body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, place), (path, refused.content)
    bought = caller.post(f"accounts/{own['account_id']}/buy", {"tariff_id": foreign["tariff_id"]})
    assert bought.status_code == 409


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer " + "x" * 5000, "Bearer ключ", "bearer\t1"]
)
def test_what_is_no_key(header: str) -> None:
    answer = Client().get(BASE + "customers", headers={"Authorization": header.encode().decode("latin-1")})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_keys_that_are_over() -> None:
    for change in (
        {"revoked_at": datetime.now(UTC)},
        {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
        {"api": Api.BILLING.value},
    ):
        caller = make_caller()
        assert caller.get("customers").status_code == 200
        ApiKey.objects.filter(operator=caller.operator).update(**change)
        assert caller.get("customers").status_code == 401
    closed = make_caller(make_operator(is_active=False))
    assert closed.get("customers").status_code == 401
    signing = make_api_key(api=Api.BILLING)[1]
    assert Caller(make_operator(), signing).get("customers").status_code == 401


def test_it_is_known_when_a_key_was_used(caller: Caller) -> None:
    caller.get("customers")
    used = ApiKey.objects.get(operator=caller.operator).last_used_at
    assert used is not None
    assert datetime.now(UTC) - used < timedelta(minutes=1)
    caller.get("customers")
    assert ApiKey.objects.get(operator=caller.operator).last_used_at == used


def test_issuing_keys() -> None:
    operator = make_operator()
    given = {"actor": system("tests"), "operator": operator, "sealing_key": "unused"}
    key, text = issue_key(**given, api=Api.REST, scopes=["customers:read", "accounts:write"])
    assert (key.sealed, text in json.dumps([key.digest, key.scopes])) == ("", False)
    with pytest.raises(Invalid):
        issue_key(**given, api=Api.REST, scopes=["everything"])
    with pytest.raises(Invalid):
        issue_key(**given, api=Api.DEVICE, scopes=["customers:read"])


def test_the_rate_of_a_key(settings: Any) -> None:
    settings.HEADEND = _with_rate(settings.HEADEND, 3)
    caller, other = make_caller(), make_caller()
    first = caller.get("customers")
    assert (first["RateLimit-Policy"], first["RateLimit"]) == ('"key";q=3;w=60', '"key";r=2;t=20')
    assert [caller.get("customers").status_code for _ in range(3)] == [200, 200, 429]
    slowed = caller.get("customers")
    assert (slowed["Retry-After"], slowed.json()["code"]) == ("20", "too_many")
    assert slowed["RateLimit"].startswith('"key";r=0;')
    assert other.get("customers").status_code == 200


def _with_rate(config: Any, rate: int) -> Any:
    return replace(config, rest_requests_per_minute=rate)
