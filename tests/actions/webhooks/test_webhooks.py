"""From writes to events and deliveries: all of them, once, in order, to whom they belong; and what fails."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as st
from tests.factories.billing import make_balance
from tests.factories.operators import make_operator
from tests.factories.subscribers import make_customer
from tests.factories.webhooks import SECRET, make_endpoint

from headend.interfaces.rest.api import describe
from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.kernel.sealing import unseal
from headend.operators.models import AuditEntry, Operator
from headend.subscribers.actions import change_customer, create_account, create_customer, delete_customer
from headend.subscribers.models import Customer
from headend.webhooks import actions
from headend.webhooks.errors import NotDelivered
from headend.webhooks.models import Delivery, DeliveryState, Endpoint, Event
from headend.webhooks.queries import due_endpoints
from headend.webhooks.rules import signed

pytestmark = pytest.mark.django_db
ACTOR = system("tests")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Post:
    """Remembers what it posts; `fails` decides by url and body with which status it does not."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.fails = lambda url, told: 0

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, *, allowed: Sequence[str]) -> int:
        told = json.loads(body)
        self.posted.append((url, {**headers}, told))
        status = self.fails(url, told)
        if status:
            raise NotDelivered(f"it answers {status}", status)
        own = signed(SECRET, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
        assert own == headers
        return 200

    def names(self) -> list[str]:
        return [told["type"] for _, _, told in self.posted]


@pytest.fixture
def post() -> Post:
    return Post()


def take() -> None:
    while actions.take_events(describe=describe, now=NOW):
        pass


def tell(post: Post, seconds: float = 0, rounds: int = 1) -> None:
    """Have all endpoints told what is their turn at a moment."""
    for _ in range(rounds):
        for number, _operator in due_endpoints(at(seconds)):
            actions.deliver(
                number=number,
                post=post,
                allowed=(),
                sealing_key=settings.ENCRYPTION_KEY,
                clock=lambda: at(seconds),
            )


def new_customer(operator: Operator, **fields: Any) -> Customer:
    return create_customer(actor=ACTOR, operator=operator, now=NOW, **fields)


def test_an_event_tells_what_was_written(post: Post) -> None:
    endpoint = make_endpoint(events=["customer.*", "account.created"])
    customer = new_customer(endpoint.operator, last_name="Rossi")
    account = create_account(actor=ACTOR, customer=customer, password="secret word")
    change_customer(actor=ACTOR, customer=customer, email="a@example.com")
    take()
    tell(post)
    assert post.names() == ["customer.created", "account.created", "customer.changed"]
    told = [told for _, _, told in post.posted]
    assert told[0]["data"]["object"]["last_name"] == "Rossi"
    assert (told[1]["data"]["id"], told[1]["data"]["object"]["number"]) == (account.pk, account.number)
    assert (told[2]["data"]["changed"], told[2]["data"]["by"]) == (["email"], {"kind": "system", "name": "tests"})
    assert "secret word" not in str(told)
    assert "argon2" not in str(told)
    assert {delivery.state for delivery in Delivery.objects.all()} == {DeliveryState.DELIVERED}
    assert len({headers["webhook-id"] for _, headers, _ in post.posted}) == 3
    change_customer(actor=ACTOR, customer=customer, email="")
    delete_customer(actor=ACTOR, customer=customer)
    take()
    tell(post)
    assert post.names()[3:] == ["customer.changed", "customer.deleted"]
    assert post.posted[-1][2]["data"]["object"] is None


def test_payments_tell_how_they_went(post: Post) -> None:
    endpoint = make_endpoint(events=["payment.*", "transaction.created"])
    make_balance(make_customer(operator=endpoint.operator), 5)
    take()
    tell(post)
    assert sorted(post.names()) == ["payment.created", "payment.paid", "transaction.created"]
    paid = next(told for _, _, told in post.posted if told["type"] == "payment.paid")
    assert (paid["data"]["object"]["amount"], paid["data"]["object"]["currency"]) == ("5.00", "EUR")


def test_operators_are_apart(post: Post) -> None:
    mine, theirs = make_endpoint(), make_endpoint()
    below = make_endpoint(operator=make_operator(parent=mine.operator))
    new_customer(mine.operator)
    take()
    tell(post)
    assert [url for url, _, _ in post.posted] == [mine.url]
    assert not Delivery.objects.filter(endpoint__in=[theirs, below]).exists()


def test_what_was_rolled_back_is_not_told(post: Post) -> None:
    endpoint = make_endpoint()
    with transaction.atomic():
        new_customer(endpoint.operator)
        transaction.set_rollback(True)
    take()
    assert not Event.objects.exists()


def test_a_courier_that_dies_in_the_middle_loses_nothing(post: Post) -> None:
    endpoint = make_endpoint()
    new_customer(endpoint.operator)

    def killed(_entity: str, _numbers: Sequence[int]) -> dict[int, object]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.take_events(describe=killed, now=NOW)
    assert AuditEntry.objects.filter(is_news=True).exists()
    take()

    def dying(*_: Any, **__: Any) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tell(dying)  # type: ignore[arg-type]
    tell(post)
    assert post.names() == []  # whoever took it may still be at it
    tell(post, actions.LEASE.total_seconds())
    assert post.names() == ["customer.created"]


def test_nothing_is_told_twice(post: Post) -> None:
    endpoint = make_endpoint()
    new_customer(endpoint.operator)
    take()
    take()
    tell(post, rounds=3)
    assert len(post.posted) == Event.objects.count() == 1


def test_without_endpoints_nothing_piles_up() -> None:
    new_customer(make_operator())
    take()
    assert not Event.objects.exists()
    assert not AuditEntry.objects.filter(is_news=True).exists()


@run(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=14))
def test_each_record_is_told_of_in_order_whatever_fails(steps: list[tuple[int, bool]]) -> None:
    """Writes of three customers, of which any delivery may fail at its first attempt."""
    endpoint, post = make_endpoint(events=["customer.*"]), Post()
    customers = [new_customer(endpoint.operator) for _ in range(3)]
    for number, (place, _) in enumerate(steps):
        change_customer(actor=ACTOR, customer=customers[place], comment=f"step {number}")
    fails = {number for number, (_, does) in enumerate(steps) if does}
    take()
    seen: set[str] = set()
    got: dict[int, list[str]] = {customer.pk: [] for customer in customers}
    written = {event.number: event for event in Event.objects.filter(operator=endpoint.operator)}
    order = {number: place for place, number in enumerate(sorted(written, key=lambda each: written[each].pk))}

    def failing(url: str, told: dict[str, Any]) -> int:
        number = post.posted[-1][1]["webhook-id"]
        is_first = number not in seen
        seen.add(number)
        if is_first and order[number] - 3 in fails:
            return 500
        got[told["data"]["id"]].append(number)
        return 0

    post.fails = failing
    for seconds in range(0, 4000, 8):
        if not Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING).exists():
            break
        tell(post, seconds)
    for customer in customers:
        expected = [number for number in order if written[number].object_id == customer.pk]
        assert sorted(expected, key=order.__getitem__) == got[customer.pk]


def test_one_that_is_not_taken_does_not_hold_up_the_others(post: Post) -> None:
    endpoint = make_endpoint()
    first, second = new_customer(endpoint.operator), new_customer(endpoint.operator)
    change_customer(actor=ACTOR, customer=first, comment="x")
    take()
    post.fails = lambda url, told: 500 if told["data"]["id"] == first.pk else 0
    tell(post, rounds=4)
    assert [told["data"]["id"] for _, _, told in post.posted] == [first.pk, second.pk]
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING).order_by("pk")
    assert [(each.attempts, each.status, each.failure) for each in waiting] == [
        (1, 500, "it answers 500"),
        (0, None, ""),
    ]


def test_it_is_given_up_after_days(post: Post) -> None:
    endpoint = make_endpoint()
    new_customer(endpoint.operator)
    take()
    post.fails = lambda url, told: 503
    for hour in range(24 * 5):
        tell(post, hour * 3600)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, len(post.posted)) == (DeliveryState.GIVEN_UP, 11, 11)
    endpoint.refresh_from_db()
    assert endpoint.is_enabled


def test_an_endpoint_that_fails_for_days_is_switched_off(post: Post) -> None:
    endpoint = make_endpoint()
    post.fails = lambda url, told: 0 if len(post.posted) > 9000 else 500
    for day in range(7):
        new_customer(endpoint.operator)
        take()
        for hour in (0, 8, 16):
            tell(post, (day * 24 + hour) * 3600)
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.off_because) == (False, "failing")
    assert AuditEntry.objects.filter(entity="webhooks.endpoint", verb="change", actor_name="webhooks").count() == 1
    before = len(post.posted)
    tell(post, 30 * 86400)
    assert len(post.posted) == before
    endpoint.is_enabled = True
    actions.save_endpoint(actor=ACTOR, endpoint=endpoint, sealing_key=settings.ENCRYPTION_KEY)
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since, endpoint.off_because) == (0, None, "")
    post.fails = lambda url, told: 0
    tell(post, 30 * 86400)
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()


def test_gone_is_gone(post: Post) -> None:
    endpoint = make_endpoint()
    new_customer(endpoint.operator)
    take()
    post.fails = lambda url, told: 410
    tell(post)
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.off_because) == (False, "gone")


def test_one_that_is_down_is_left_alone_for_a_while(post: Post) -> None:
    endpoint = make_endpoint()
    for _ in range(10):
        new_customer(endpoint.operator)
    take()
    post.fails = lambda url, told: 500
    for second in range(120):
        tell(post, second)
    assert len(post.posted) < 12
    post.fails = lambda url, told: 0
    for second in range(120, 600, 30):
        tell(post, second)
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()


def test_replaying_a_time(post: Post) -> None:
    endpoint = make_endpoint()
    customers = [new_customer(endpoint.operator) for _ in range(3)]
    take()
    tell(post)
    sent = [headers["webhook-id"] for _, headers, _ in post.posted]
    Endpoint.objects.update(is_enabled=False)
    new_customer(endpoint.operator)
    take()
    Endpoint.objects.update(is_enabled=True)
    tell(post)
    assert len(post.posted) == 3  # it was off when the fourth came
    since, until = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    assert actions.replay(actor=ACTOR, endpoint=endpoint, since=since, until=until, now=NOW) == 4
    tell(post)
    again = [headers["webhook-id"] for _, headers, _ in post.posted[3:]]
    assert again[:3] == sent
    assert len(set(again)) == 4
    assert actions.replay(actor=ACTOR, endpoint=endpoint, since=until, until=until, now=NOW) == 0
    assert len(customers) == 3


def test_replaying_one(post: Post) -> None:
    endpoint = make_endpoint()
    new_customer(endpoint.operator)
    take()
    tell(post)
    delivery = Delivery.objects.select_related("endpoint").get()
    actions.replay_deliveries(actor=ACTOR, deliveries=[delivery], now=NOW)
    tell(post)
    assert post.posted[0][2] == post.posted[1][2]
    assert post.posted[0][1]["webhook-id"] == post.posted[1][1]["webhook-id"]
    assert AuditEntry.objects.filter(verb="replay").count() == 1


def test_trying_an_endpoint(post: Post) -> None:
    endpoint, other = make_endpoint(events=["payment.paid"]), make_endpoint()
    actions.send_test(actor=ACTOR, endpoint=endpoint, now=NOW)
    tell(post)
    assert [(url, told["type"]) for url, _, told in post.posted] == [(endpoint.url, "test")]
    assert other.deliveries.count() == 0


def test_saving_endpoints() -> None:
    operator, key = make_operator(), settings.ENCRYPTION_KEY
    endpoint = Endpoint(operator=operator, name="CRM", url="https://crm.example/", events=["customer.*"])
    secret = actions.save_endpoint(actor=ACTOR, endpoint=endpoint, sealing_key=key)
    assert (secret[:6], unseal(endpoint.sealed_secret, key)) == ("whsec_", secret)
    assert actions.save_endpoint(actor=ACTOR, endpoint=endpoint, sealing_key=key) == ""
    other = actions.renew_secret(actor=ACTOR, endpoint=endpoint, sealing_key=key)
    assert other != secret
    assert unseal(Endpoint.objects.get().sealed_secret, key) == other
    assert secret not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
    for change in ({"url": "ftp://x"}, {"events": ["nothing"]}, {"events": []}):
        bad = Endpoint(operator=operator, name="x", **{"url": endpoint.url, "events": ["customer.*"], **change})
        with pytest.raises(Invalid):
            actions.save_endpoint(actor=ACTOR, endpoint=bad, sealing_key=key)


def test_old_events_are_forgotten(post: Post) -> None:
    endpoint = make_endpoint()
    for _ in range(3):
        new_customer(endpoint.operator)
    take()
    assert actions.forget_events(before=datetime.now(UTC) - timedelta(hours=1)) == 0
    assert actions.forget_events(before=datetime.now(UTC) + timedelta(hours=1)) == 3
    assert not Delivery.objects.exists()
