"""Whatever is sent, the answer is one that the description knows, as problem details and without a traceback."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.factories.subscribers import make_account, make_customer
from tests.interfaces.rest.conftest import BASE, Caller

EXAMPLES = 6  # of each operation: about five hundred in all
LEAVE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]

pytestmark = pytest.mark.django_db
schema = schemathesis.openapi.from_wsgi(f"{BASE}openapi.json", WSGIHandler())
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
]

BODIES = [
    b"", b"{", b"[]", b"null", b'"x"', b"1", b"{}x", b'{"last_name": NaN}', b'{"last_name": 1}', b"\xff\xfe",
    b"[" * 9999,
    b'{"last_name": "\\u0000"}', b'{"last_name": "a\x00b"}', b'{"last_name": "\\ud800"}', b'{"meta": {"a": "\\u0000"}}',
    b'{"meta": 1}', b'{"meta": [1]}', b'{"id": 5}', b'{"operator_id": 5}', b'{"birth_date": "31.02.1999"}',
    b'{"birth_date": "0000-00-00"}', b'{"last_name": "' + b"x" * 300 + b'"}', b'{"email": "x"}', b'{"dealer_id": -1}',
    b'{"dealer_id": 1e400}', b'{"dealer_id": "1"}',
    b'{"dealer_id": 1e30}', b'{"dealer_id": true}', b'{"currency": "EURO"}', b'{"last_name": null}',
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_bodies(caller: Caller, body: bytes) -> None:
    number = make_customer(operator=caller.operator).pk
    for answer in (caller.post("customers", body), caller.patch(f"customers/{number}", body, "again")):
        assert answer.status_code in (400, 422), answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    assert caller.ids("customers") == [number]


@pytest.mark.parametrize("said", [0, 1, "true", None, []])
def test_only_true_and_false_are_flags(caller: Caller, said: Any) -> None:
    assert caller.post("promo-codes", {"code": "WELCOME", "is_enabled": said}).status_code == 422


def test_a_backslash_before_a_u_is_no_nul(caller: Caller) -> None:
    made = caller.post("customers", b'{"comment": "C:\\\\u0000"}')
    assert made.json()["comment"] == "C:\\u0000"


@pytest.mark.parametrize(
    "path",
    [
        "customers/0", "customers/-1", "customers/x", f"customers/{2**63}", "customers/1.5", "customers/%00",
        "customers?last_name=%00", "customers?email=a%00b", "nothing", "", "customers/1/2/3", "../console/",
        "customers/%D9%A1",
    ],
)  # fmt: skip
def test_addresses(caller: Caller, path: str) -> None:
    answer = caller._client.get(BASE + path)
    assert answer.status_code in (400, 404, 422)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("offset", ["+23:59", "-23:59", "+16:00", "-15:59", "Z"])
def test_times_of_any_offset(caller: Caller, offset: str) -> None:
    """What the database is asked it can read: an error of its own would break the test's transaction."""
    customer = make_customer(operator=caller.operator)
    assert caller.ids("customers", created_from=f"2020-02-29T23:59:59{offset}") == [customer.pk]
    assert caller.ids("customers", created_before=f"2020-02-29T23:59:59{offset}") == []


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_times_out_of_range(caller: Caller, moment: str) -> None:
    answer = caller.get("customers", created_from=moment)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "created_from")


def test_large_bodies(caller: Caller) -> None:
    answer = caller.post("customers", b'{"comment": "' + b"x" * 2_700_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("field", ["number", "auto_activation_days"])
@pytest.mark.parametrize("value", [-1, 2**63, -(2**63) - 1, 1e18, 10**40])
def test_numbers(caller: Caller, field: str, value: Any) -> None:
    customer = make_customer(operator=caller.operator)
    answer = caller.post("accounts", {"customer_id": customer.pk, field: value})
    assert answer.status_code == (201 if (field, value) == ("number", 1e18) else 422), answer.content


def test_secrets_are_in_no_answer(caller: Caller) -> None:
    account = make_account(operator=caller.operator)
    for path in ("accounts", f"accounts/{account.pk}", "sessions", "devices", "customers"):
        assert b"argon2" not in caller.get(path).content
        assert b"sealed" not in caller.get(path).content


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Requests end as the service's do, but for the connection, which holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connection")
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=LEAVE)
def test_no_example_breaks_it(case: schemathesis.Case, caller: Caller) -> None:
    place = transaction.savepoint()  # a value that the database refuses breaks the transaction it is in
    try:
        _ask(case, caller)
    finally:
        transaction.savepoint_rollback(place)


def _ask(case: schemathesis.Case, caller: Caller) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {caller.key}"}, checks=CHECKS)
