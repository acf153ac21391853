"""Keys with scopes, webhook endpoints and their deliveries in the console."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.factories.operators import make_operator, make_staff
from tests.factories.subscribers import make_customer
from tests.factories.webhooks import SECRET, make_endpoint

from headend.interfaces.rest.api import describe
from headend.kernel.actor import system
from headend.kernel.sealing import unseal
from headend.operators.models import ApiKey, Operator
from headend.operators.queries import rest_key
from headend.operators.rules import Role
from headend.subscribers.actions import change_customer
from headend.webhooks.actions import take_events
from headend.webhooks.models import Delivery, DeliveryState, Endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Operator:
    return make_operator()


@pytest.fixture
def admin(client: Client, operator: Operator) -> Client:
    client.force_login(make_staff(role=Role.OPERATOR_ADMIN, operator=operator))
    return client


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:{model}_{name}", args=args)


def test_a_key_is_issued_with_what_it_may(admin: Client, operator: Operator) -> None:
    address = page("operators_apikey", "add")
    given = {
        "operator": operator.pk,
        "api": "rest",
        "name": "Shop",
        "expires_at_0": "2999-01-01",
        "expires_at_1": "00:00",
    }
    refused = admin.post(address, given)
    assert "scopes" in refused.context["form"].errors
    issued = admin.post(address, {**given, "scopes": ["customers:read", "payments:write"]})
    key = ApiKey.objects.get(operator=operator)
    assert (key.scopes, key.sealed, key.expires_at.year) == (["customers:read", "payments:write"], "", 2999)
    found = rest_key(issued.context["text"], datetime.now(UTC))
    assert found == key
    assert "customers:read" in admin.get(page("operators_apikey", "change", key.pk)).content.decode()
    wrong = admin.post(address, {**given, "scopes": ["everything"]})
    assert "scopes" in wrong.context["form"].errors


def test_an_endpoint_is_made_and_changed(admin: Client, operator: Operator) -> None:
    given = {"name": "CRM", "url": "https://crm.example/", "events": ["customer.*", "payment.paid"], "is_enabled": "on"}
    answer = admin.post(page("webhooks_endpoint", "add"), {**given, "operator": operator.pk})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    endpoint = Endpoint.objects.get()
    assert (endpoint.operator, endpoint.events) == (operator, ["customer.*", "payment.paid"])
    assert unseal(endpoint.sealed_secret, settings.ENCRYPTION_KEY).startswith("whsec_")
    bad = admin.post(page("webhooks_endpoint", "change", endpoint.pk), {**given, "url": "ftp://x", "events": ["x"]})
    assert set(bad.context["adminform"].form.errors) == {"url", "events"}


def test_the_secret_is_for_those_who_may_change_it(admin: Client, operator: Operator) -> None:
    endpoint = make_endpoint(operator=operator)
    address = f"/console/webhooks/endpoint/{endpoint.pk}/secret/"
    shown = admin.get(address)
    assert SECRET in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert SECRET not in admin.get(page("webhooks_endpoint", "change", endpoint.pk)).content.decode()
    admin.post(address)
    assert SECRET not in admin.get(address).content.decode()
    support = Client()
    support.force_login(make_staff(role=Role.SUPPORT, operator=operator))
    assert SECRET not in support.get(address).content.decode()
    stranger = Client()
    stranger.force_login(make_staff(role=Role.OPERATOR_ADMIN))
    assert stranger.get(address).status_code in (302, 403, 404)


def test_deliveries_are_sent_again(admin: Client, operator: Operator) -> None:
    endpoint = make_endpoint(operator=operator)
    change_customer(actor=system("tests"), customer=make_customer(operator=operator), comment="x")
    take_events(describe=describe, now=datetime.now(UTC))
    delivery = Delivery.objects.get()
    Delivery.objects.update(state=DeliveryState.GIVEN_UP, attempts=11)
    listed = admin.get(page("webhooks_delivery", "changelist"), {"state__exact": "given_up"}).content.decode()
    assert "customer.changed" in listed
    assert "&quot;changed&quot;" in admin.get(page("webhooks_delivery", "change", delivery.pk)).content.decode()
    chosen = {"action": "send_again", "_selected_action": [delivery.pk]}
    admin.post(page("webhooks_delivery", "changelist"), chosen)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 0)
    Delivery.objects.all().delete()
    now = datetime.now(UTC)
    span = {
        "since_0": (now - timedelta(days=1)).strftime("%Y-%m-%d"),
        "since_1": "00:00",
        "until_0": (now + timedelta(days=1)).strftime("%Y-%m-%d"),
        "until_1": "00:00",
    }
    chosen = {"action": "send_again", "_selected_action": [endpoint.pk]}
    asked = admin.post(page("webhooks_endpoint", "changelist"), chosen)
    assert "since" in asked.context["form"].fields
    admin.post(page("webhooks_endpoint", "changelist"), {**chosen, **span, "_asked": "1"})
    assert Delivery.objects.get().state == DeliveryState.WAITING


def test_switching_on_begins_anew_and_a_test_event_is_sent(admin: Client, operator: Operator) -> None:
    endpoint = make_endpoint(operator=operator, is_enabled=False, off_because="failing", failures=20)
    chosen = {"action": "switch_on", "_selected_action": [endpoint.pk]}
    admin.post(page("webhooks_endpoint", "changelist"), chosen)
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.off_because, endpoint.failures) == (True, "", 0)
    admin.post(reverse("admin:webhooks_endpoint_test", args=[endpoint.pk]), {"_form_submitted": "on"})
    assert Delivery.objects.get().event.name == "test"


def test_the_dashboard_tells_of_one_that_was_switched_off(admin: Client, operator: Operator) -> None:
    make_endpoint(operator=operator, name="CRM", is_enabled=False, off_because="failing")
    make_endpoint(operator=operator, name="Shop", is_enabled=False)
    make_endpoint(name="Foreign", is_enabled=False, off_because="failing")
    page = admin.get("/console/").content.decode()
    assert ("CRM" in page, "Shop" in page, "Foreign" in page) == (True, False, False)


def test_nobody_writes_deliveries_by_hand(admin: Client, operator: Operator) -> None:
    make_endpoint(operator=operator)
    assert admin.get(page("webhooks_delivery", "add")).status_code == 403
