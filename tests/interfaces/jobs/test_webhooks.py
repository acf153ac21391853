"""The courier with real servers: some take webhooks, some do not, and none keeps the others waiting."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings as service
from tests.factories.operators import make_operator
from tests.factories.subscribers import make_text_gateway, outbox_of
from tests.factories.webhooks import SECRET, make_endpoint
from tests.ports.webhooks.receiver import LOCAL, Receiver, receiver

from headend.interfaces.jobs.webhooks import Courier
from headend.kernel.actor import system
from headend.operators.models import Operator
from headend.subscribers.actions import change_customer, create_customer
from headend.webhooks.actions import replay_deliveries
from headend.webhooks.models import Delivery, DeliveryState, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = system("tests")


@pytest.fixture(autouse=True)
def local_networks(settings: Any) -> None:
    settings.HEADEND = replace(service.HEADEND, fetch_networks=LOCAL)


@pytest.fixture
def servers() -> Iterator[list[Receiver]]:
    with ExitStack() as stack:
        yield [stack.enter_context(receiver()) for _ in range(3)]


@pytest.fixture
def courier() -> Iterator[Courier]:
    made = Courier()
    yield made
    made.close()


def write(operator: Operator, number: int = 1) -> list[int]:
    now = datetime.now(UTC)
    return [create_customer(actor=ACTOR, operator=operator, now=now).pk for _ in range(number)]


def go(courier: Courier, rounds: int = 1) -> None:
    for _ in range(rounds):
        courier.go_round()
        courier.wait()


def test_signed_events_arrive(servers: list[Receiver], courier: Courier) -> None:
    endpoint = make_endpoint(url=f"{servers[0].url}/hook")
    numbers = write(endpoint.operator, 5)
    go(courier)
    assert servers[0].told() == [("customer.created", number) for number in numbers]
    assert all(got.is_signed_with(SECRET) for got in servers[0].got)
    assert abs(int(servers[0].got[0].headers["webhook-timestamp"]) - time.time()) < 60


def test_down_failing_and_redirecting_ones_keep_nobody_waiting(
    servers: list[Receiver], courier: Courier, free_port: int
) -> None:
    good, failing, elsewhere = servers
    failing.answers, elsewhere.answers = lambda got: (500, 0), lambda got: (302, 0)
    operator = make_operator()
    urls = (good.url, failing.url, elsewhere.url, f"http://127.0.0.1:{free_port}/")
    endpoints = [make_endpoint(operator=operator, url=url) for url in urls]
    numbers = write(operator, 3)
    go(courier)
    assert [number for _, number in good.told()] == numbers
    assert (len(failing.got), len(elsewhere.got)) == (1, 1)
    states = {each.pk: each.deliveries.order_by("pk").first() for each in endpoints}
    assert [states[each.pk].state for each in endpoints] == ["delivered", "waiting", "waiting", "waiting"]
    assert [states[each.pk].status for each in endpoints] == [200, 500, 302, None]


def test_a_slow_one_keeps_other_operators_not_waiting(servers: list[Receiver], courier: Courier) -> None:
    slow, good, _ = servers
    slow.answers = lambda got: (200, 3.0)
    first, second = make_operator(), make_operator()
    for _ in range(6):  # more than one operator may have under way
        make_endpoint(operator=first, url=slow.url)
    make_endpoint(operator=second, url=good.url)
    write(first)
    write(second)
    began = time.monotonic()
    courier.go_round()
    while not good.got and time.monotonic() - began < 3:
        time.sleep(0.02)
    assert len(good.got) == 1
    assert time.monotonic() - began < 2.5
    courier.wait()
    assert len(slow.got) == 4
    go(courier)
    assert len(slow.got) == 6


def test_records_keep_their_order_and_what_is_sent_again_its_number(servers: list[Receiver], courier: Courier) -> None:
    server, broken = servers[0], [True]
    server.answers = lambda got: (503 if broken else 200, 0)
    endpoint = make_endpoint(url=server.url)
    now = datetime.now(UTC)
    customer = create_customer(actor=ACTOR, operator=endpoint.operator, now=now)
    for number in range(3):
        change_customer(actor=ACTOR, customer=customer, comment=str(number))
    go(courier, 2)
    assert len(server.got) == 1
    broken.clear()
    Delivery.objects.update(next_attempt_at=now)
    Endpoint.objects.update(resumes_at=None)
    go(courier)
    assert [name for name, _ in server.told()] == ["customer.created"] * 2 + ["customer.changed"] * 3
    assert server.got[0].number == server.got[1].number
    assert [got.json["data"]["object"]["comment"] for got in server.got][-1] == "2"
    deliveries = list(Delivery.objects.select_related("endpoint").order_by("pk"))
    assert {each.state for each in deliveries} == {DeliveryState.DELIVERED}
    replay_deliveries(actor=ACTOR, deliveries=deliveries, now=now)
    go(courier)
    assert [got.number for got in server.got[1:5]] == [got.number for got in server.got[5:]]


def test_private_addresses_are_refused_unless_they_are_allowed(
    servers: list[Receiver], courier: Courier, settings: Any
) -> None:
    settings.HEADEND = replace(service.HEADEND, fetch_networks=())
    endpoint = make_endpoint(url=servers[0].url)
    write(endpoint.operator)
    go(courier)
    assert servers[0].got == []
    assert "not public" in endpoint.deliveries.get().failure


def test_staff_are_written_to_when_one_is_switched_off(servers: list[Receiver], courier: Courier) -> None:
    servers[0].answers = lambda got: (410, 0)
    operator = make_operator(email="tv@example.com")
    make_text_gateway(operator=operator, medium="email")
    endpoint = make_endpoint(operator=operator, url=servers[0].url, name="CRM")
    write(operator)
    go(courier, 3)
    (mail,) = outbox_of(operator)
    assert mail["to"] == "tv@example.com"
    assert "CRM" in mail["body"]
    endpoint.refresh_from_db()
    assert not endpoint.is_enabled


def test_two_couriers_at_once_send_once(servers: list[Receiver]) -> None:
    endpoint = make_endpoint(url=servers[0].url)
    numbers = write(endpoint.operator, 10)
    couriers = [Courier(), Courier()]
    for _ in range(4):
        for courier in couriers:
            courier.go_round()
        for courier in couriers:
            courier.wait()
    assert sorted(number for _, number in servers[0].told()) == numbers  # records go in order, not their sum
