"""Screens ask the database as often for many records as for few."""

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.service import make_service
from tests.interfaces.console.test_console_isolation import address

from headend.catalog.models import Channel
from headend.interfaces.console import lists
from headend.kernel.actor import system
from headend.operators.actions import record
from headend.subscribers.models import Account

MODELS = sorted((m for m in django_admin.site._registry if m is not Group), key=lambda m: m._meta.label)
MOST = 24


def queries(client, url) -> int:
    client.get(url)  # what is asked for once in a process
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.any_database
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_asks_as_often_for_many_rows_as_for_few(model, ours, theirs, superuser):
    few = queries(superuser, address(model, "changelist"))
    service = make_service(channels=70, customers=70, name="Many")
    for channel in service.channels:
        record(actor=system("job"), verb="change", obj=channel, changes={"category": [None, channel.category_id]})
    many = queries(superuser, address(model, "changelist"))
    assert many <= few + 2  # the audit log names one or two kinds of records more
    assert many <= MOST


@pytest.mark.any_database
@pytest.mark.parametrize("name", ["index", "guide_grid", "guide_matches"])
def test_a_page_asks_as_often_for_many_records_as_for_few(name, ours, theirs, superuser):
    few = queries(superuser, reverse(f"admin:{name}"))
    make_service(channels=30, customers=70, name="Many")
    assert queries(superuser, reverse(f"admin:{name}")) <= few + 1


def test_a_form_does_not_load_what_it_could_offer(ours, admin):
    before = queries(admin, address(Channel, "change", ours.first(Channel).pk))
    Account.objects.bulk_create(
        Account(operator=ours.operator, customer=ours.first(Account).customer, number=500_000 + n) for n in range(300)
    )
    Channel.objects.bulk_create(Channel(operator=ours.operator, name=f"C{n}") for n in range(300))
    response = admin.get(address(Channel, "change", ours.first(Channel).pk))
    assert len(response.content) < 400_000
    assert queries(admin, address(Channel, "change", ours.first(Channel).pk)) <= before


def test_counting_stops_at_a_ceiling(ours, admin, monkeypatch):
    monkeypatch.setattr(lists, "CEILING", 3)
    changelist = admin.get(address(Channel, "changelist")).context["cl"]
    assert changelist.result_count == 3
    assert Channel.objects.filter(operator=ours.operator).count() == 4


def test_a_list_of_one_operator_walks_the_index(ours, admin):
    """Accounts come in the order of the (operator, number) index: nothing is sorted."""
    if connection.vendor != "sqlite":
        pytest.skip("the plan is SQLite's")
    rows = django_admin.site._registry[Account].get_queryset(_request(admin))
    plan = rows[:50].explain()
    assert "USING INDEX" in plan
    assert "TEMP B-TREE" not in plan


def _request(client):
    response = client.get(address(Account, "changelist"))
    return response.wsgi_request
