"""Events, signatures and patience."""

import pytest

from headend.kernel.errors import Invalid
from headend.operators.rules import EVENT_ENTITIES, SCOPES
from headend.webhooks.rules import (
    EVENTS,
    NOUNS,
    check_events,
    check_url,
    event_of,
    is_about,
    is_wanted,
    new_secret,
    next_attempt,
    pause_after,
    scope_for,
    signed,
)


def test_the_signature_of_the_specification() -> None:
    headers = signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_secrets() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert secret != new_secret()
    whole = signed(secret, "evt_1", 1, b"x")
    changed = (signed(secret, "evt_2", 1, b"x"), signed(secret, "evt_1", 2, b"x"), signed(secret, "evt_1", 1, b"y"))
    others = {each["webhook-signature"] for each in (*changed, signed(new_secret(), "evt_1", 1, b"x"))}
    assert whole["webhook-signature"] not in others
    with pytest.raises(Invalid):
        signed("whsec_not base64", "evt_1", 1, b"x")


@pytest.mark.parametrize(
    ("entity", "verb", "changes", "name"),
    [
        ("subscribers.customer", "add", {}, "customer.created"),
        ("subscribers.account", "change", {"is_active": [True, False]}, "account.changed"),
        ("subscribers.tariffsubscription", "delete", {}, "subscription.deleted"),
        ("billing.payment", "add", {"status": [None, "pending"]}, "payment.created"),
        ("billing.payment", "change", {"status": ["pending", "paid"]}, "payment.paid"),
        ("billing.payment", "change", {"status": ["pending", "failed"]}, "payment.failed"),
        ("billing.payment", "change", {"reference": ["", "r"]}, "payment.changed"),
        ("billing.transaction", "add", {"kind": "payment"}, "transaction.created"),
        ("billing.transaction", "change", {}, None),
        ("messaging.mailing", "send", {"total": 5}, "message.sent"),
        ("viewing.seanceticket", "add", {}, "ticket.created"),
        ("subscribers.account", "sign_out", {"device": "u"}, None),
        ("catalog.channel", "add", {}, None),
    ],
)
def test_what_is_an_event(entity: str, verb: str, changes: dict[str, object], name: str | None) -> None:
    assert event_of(entity, verb, changes) == name


def test_the_lists_agree() -> None:
    assert set(NOUNS) == EVENT_ENTITIES
    assert {name.partition(".")[0] for name in EVENTS} == set(NOUNS.values())
    assert {scope_for(name) for name in EVENTS} <= set(SCOPES)


def test_what_endpoints_ask_for() -> None:
    assert check_events(["customer.*", "payment.paid", "customer.*"]) == ["customer.*", "payment.paid"]
    assert is_wanted("customer.deleted", ["customer.*"])
    assert is_wanted("test", ["payment.paid"])
    assert not is_wanted("payment.failed", ["customer.*", "payment.paid"])
    for wrong in ([], ["*"], ["customer"], ["customer.x"], ["test"], "customer.*", None, [1]):
        with pytest.raises(Invalid):
            check_events(wrong)


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://a/", "http://", "//a", "http://u:p@a/", "http://a:0/", "http://a:x/", "http://a b", "http://["],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(Invalid):
        check_url(url)
    with pytest.raises(Invalid):
        check_url("https://example.com/" + "x" * 1000)


def test_patience() -> None:
    waits = [next_attempt(attempts, 0.5) for attempts in range(1, 12)]
    assert waits[0] == 5
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert 2.5 * 86400 < sum(known) < 4 * 86400
    assert (next_attempt(1, 0), next_attempt(1, 1)) == pytest.approx((4, 6))
    assert [pause_after(failures) for failures in (0, 1, 2, 5, 500)] == [0, 0, 5, 300, 300]


@pytest.mark.parametrize(
    ("told", "only", "expected"),
    [
        ({"inbox_id": 3}, {}, True),
        ({"inbox_id": 3}, {"inbox_id": "3"}, True),
        ({"inbox_id": 3}, {"inbox_id": "1, 3"}, True),
        ({"inbox_id": 3}, {"inbox_id": "13"}, False),
        ({"inbox_id": 3, "state": "open"}, {"inbox_id": "3", "state": "closed"}, False),
        ({"inbox_id": None}, {"inbox_id": "3"}, False),
        ({}, {"inbox_id": "3"}, False),
        (None, {"inbox_id": "3"}, False),
    ],
)
def test_an_endpoint_hears_of_some_records_alone(told: object, only: dict[str, str], expected: bool) -> None:
    assert is_about(told, only) is expected
