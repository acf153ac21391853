"""Two operators on one machine: what one of them sends, the other never sees, and never changes. Over all calls."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from tests.contracts.house import CALLS, Answer, House
from tests.contracts.scenarios import GOOD

from headend.operators.models import AuditEntry, Change
from headend.operators.rules import Api
from headend.subscribers.models import Customer

# Of all operators, and so the same for both.
SHARED = frozenset(("countries", "devices.device_type"))
LOGS = (AuditEntry, Change)
WRITES = re.compile(r'(?:INSERT.* INTO|UPDATE|DELETE FROM) ["`](\w+)')
CREDENTIALS = ("authkey", "api_key", "client_id", "dealer_id", "signature")
DEALERS_CALLS: dict[str, tuple[str, dict[str, str]]] = {
    "AccountCreate": ("customer", {}),
    "AccountDeviceCreate": ("account", {"device_uid": "02:aa", "system_name": "mag"}),
    "AccountDeviceModify": ("device", {"serial_number": "S-1"}),
    "AccountInfo": ("account", {}),
    "AccountModify": ("account", {"option1": "x"}),
    "CustomerInfo": ("customer", {}),
    "CustomerTariffAssign": ("customer", {}),
    "CustomerTariffRemove": ("customer", {}),
}
# Devices report of themselves without signing in: nothing in such a call says whose it is but the device's own id.
NAMES = sorted(name for name in GOOD if name in CALLS and CALLS[name][0].name != "device-monitoring")


class Recorder(House):
    """A house that remembers what it asked last."""

    def ask(self, name: str, /, *, body: Any = None, **params: Any) -> Answer:
        self.last = (name, {"body": body, **params})
        return super().ask(name, body=body, **params)


def numbers_in(value: Any, path: str = "") -> set[tuple[str, Any]]:
    """All numbers of records in an answer, with where they stand."""
    if isinstance(value, dict):
        found = [numbers_in(each, f"{path}.{name}".lstrip(".")) for name, each in value.items()]
        return set().union(*found)
    if isinstance(value, list):
        return set().union(*(numbers_in(each, path) for each in value))
    is_number = path.split(".")[-1].endswith("id") and value and path.split(".")[0] not in SHARED
    return {(path, value)} if is_number else set()


def rows_of(operator: int, tables: set[str]) -> dict[str, list[Any]]:
    """Everything in these tables that belongs to an operator."""
    found: dict[str, list[Any]] = {}
    for model in apps.get_models():
        lookup = lookup_of(model)
        if model._meta.db_table in tables and lookup and model not in LOGS:
            rows = model._default_manager.filter(**{lookup: operator}).order_by("pk")
            found[model._meta.label] = list(rows.values())
    return found


def changes_of(operator: int, ask: Callable[[], Any]) -> tuple[Any, dict[str, list[Any]], dict[str, list[Any]]]:
    """What `ask` gives, and an operator's rows of the tables that it wrote to, before and after; it is taken back."""
    written: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        written.update(WRITES.findall(sql))
        return execute(sql, *given)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            got = ask()
        after = rows_of(operator, written)
        transaction.set_rollback(True)
    return got, rows_of(operator, written), after


def lookup_of(model: type[models.Model]) -> str:
    names = {field.name for field in model._meta.concrete_fields}
    if "operator" in names:
        return "operator_id"
    owner = next((name for name in ("account", "customer") if name in names), "")
    return f"{owner}__operator_id" if owner else ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_what_is_one_operators_is_closed_to_the_other(name: str) -> None:
    theirs, ours = Recorder(), Recorder()
    answer = GOOD[name].scenario(theirs)
    if not hasattr(theirs, "last") or theirs.last[0] != name:
        pytest.skip("the scenario ends with another call")
    _, sent = theirs.last
    named = {key: value for key, value in sent.items() if key not in CREDENTIALS}
    got, before, after = changes_of(theirs.operator.pk, lambda: ours.ask(name, **named))
    assert after == before
    if "json" in got.content_type and "json" in answer.content_type:
        both = numbers_in(answer.value) & numbers_in(got.value)
        assert not both, f"numbers of another operator's records: {both}"


@pytest.mark.django_db
@pytest.mark.parametrize("is_of_same_operator", [True, False])
@pytest.mark.parametrize("name", DEALERS_CALLS)
def test_what_is_one_dealers_is_closed_to_the_other(name: str, is_of_same_operator: bool) -> None:
    house, other = House(), House()
    customer = house.account.customer
    customer.dealer, customer.external_id = house.dealer, "C-1"
    customer.save()
    if is_of_same_operator:
        other.operator = house.operator
    other.key_of(Api.DEALERS)
    names = {
        "customer": [{"customer_id": customer.pk}, {"ext_id": "C-1"}],
        "account": [{"account_id": house.account.pk}, {"abonement": house.account.number}],
        "device": [{"device_id": house.bound.pk}, {"device_uid": house.bound.uid}],
    }
    of_whom, more = DEALERS_CALLS[name]
    every = [{**more, **named, "tariff_id": house.tariff.pk} for named in names[of_whom]]
    errors, before, after = changes_of(
        house.operator.pk, lambda: [other.ask(f"dealers.{name}", **sent).error for sent in every]
    )
    assert errors == [1, 1]
    assert after == before
    assert house.ask(f"dealers.{name}", **every[0]).error != 1


@pytest.mark.django_db
def test_what_is_written_is_seen() -> None:
    house = House()
    customers = Customer.objects.filter(pk=house.account.customer.pk)
    _, before, after = changes_of(house.operator.pk, lambda: customers.update(last_name="Changed"))
    assert [rows["subscribers.Customer"][0]["last_name"] == "Changed" for rows in (before, after)] == [False, True]
    _, before, after = changes_of(house.operator.pk, house.bound.delete)
    assert [len(rows["subscribers.Device"]) for rows in (before, after)] == [1, 0]
    _, before, after = changes_of(house.operator.pk, lambda: list(customers))
    assert (before, after) == ({}, {})


def test_numbers_are_found_where_they_stand() -> None:
    assert numbers_in({"a": [{"id": 3, "b": {"video_id": 4}}], "id": 0}) == {("a.id", 3), ("a.b.video_id", 4)}


def test_the_xml_element_is_not_looked_into() -> None:
    assert numbers_in(ElementTree.Element("rss")) == set()
