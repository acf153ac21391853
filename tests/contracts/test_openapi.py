"""The description that we publish: it is one, it names every call, and nothing that it allows breaks the service."""

from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, settings
from tests.contracts.gate_house import GATE_CALLS, GateHouse
from tests.contracts.house import CALLS, DOCUMENTED, House

from headend.roles.api_docs import description

CREDENTIALS = {"client_id", "authkey", "api_key", "dealer_id", "signature"}
EXAMPLES = 7  # of each call: about a thousand in all
LEAVE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]

schema = schemathesis.openapi.from_dict(description())


def name_of(operation: Any) -> str:
    name: str = operation.definition.raw["operationId"]
    return name


def test_every_call_is_described() -> None:
    described = {name_of(each.ok()) for each in schema.get_all_operations()}
    assert set(CALLS) | set(GATE_CALLS) <= described


def test_the_page_names_every_call(client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert [name for name in CALLS if f'id="{name}"' not in page] == []


def test_it_is_published(client: Client) -> None:
    assert client.get("/api/docs/openapi.json").json() == description()


@pytest.mark.django_db
@schema.include(lambda context: name_of(context.operation) in CALLS).parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=LEAVE)
def test_no_example_breaks_it(case: schemathesis.Case, house: House) -> None:
    name = name_of(case.operation)
    if case.method.upper() == "GET":
        answer = house.client.get(case.formatted_path, let_in(house, name, case.query or {}))
    else:
        body = let_in(house, name, case.body) if isinstance(case.body, dict) else case.body
        answer = house.client.post(case.formatted_path, body, content_type="application/json")
    assert answer.status_code < 500, answer.content


@schema.include(lambda context: name_of(context.operation) in DOCUMENTED.keys() & GATE_CALLS.keys()).parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=LEAVE)
def test_no_example_breaks_the_gate(case: schemathesis.Case) -> None:
    given = case.query or {} if case.method.upper() == "GET" else case.body
    asked = {k: v for k, v in given.items() if k not in CREDENTIALS} if isinstance(given, dict) else {}
    house = GateHouse()
    posted = {"body": asked} if case.method.upper() == "POST" else asked
    answer = house.ask(name_of(case.operation), **posted)
    assert answer.status < 500, answer.body


def let_in(house: House, name: str, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters, with what lets the caller in instead of what was made up for it."""
    return house.let_in(name, {k: v for k, v in params.items() if k not in CREDENTIALS})


@pytest.fixture
def house() -> House:
    return House()
