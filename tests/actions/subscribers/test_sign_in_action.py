"""From what a device sends to a session: credentials, binding, room, and what the records show afterwards."""

import hashlib
import logging
from datetime import UTC, date, datetime
from functools import partial

import pytest
from tests.at_once import at_once
from tests.factories import (
    PASSWORD,
    make_account,
    make_customer,
    make_data_centre,
    make_device,
    make_device_type,
    make_operator,
    make_operator_device_type,
    make_session,
    make_subscription,
    make_tariff,
)

from headend.kernel.passwords import legacy_hash
from headend.kernel.sealing import new_key, seal
from headend.kernel.tokens import digest_of
from headend.operators.models import AuditEntry, Change
from headend.subscribers.actions import check_password, sign_in, sign_out
from headend.subscribers.models import Account, Device, Session, StatusReason
from headend.subscribers.rules import BoundDevice, Refused, SessionView, SignedIn, SignInRefusal, SignInRequest

NOW = 1_800_000_000  # 2027-01-15 08:00 UTC
MOMENT = datetime.fromtimestamp(NOW, UTC)
KEY = new_key()


def subscriber(**fields: object) -> Account:
    """An account with a tariff for one basic and one additional device."""
    account = make_account(**fields)
    make_subscription(account=account)
    return account


def ask(account: Account, **sent: object) -> SignInRequest:
    sent.setdefault("number", account.number)
    sent.setdefault("password", PASSWORD)
    sent.setdefault("device_uid", "uid-1")
    return SignInRequest(account.operator_id, address="198.51.100.7", **sent)  # type: ignore[arg-type]


def succeed(request: SignInRequest, now: int = NOW) -> SignedIn:
    answer = sign_in(request=request, now=now, sealing_key=KEY)
    assert isinstance(answer, SignedIn), answer
    return answer


def refusal(request: SignInRequest, now: int = NOW) -> SignInRefusal:
    answer = sign_in(request=request, now=now, sealing_key=KEY)
    assert isinstance(answer, Refused), answer
    return answer.reason


pytestmark = pytest.mark.django_db


def test_sign_in_binds_the_device_and_opens_a_session() -> None:
    account = subscriber()
    kind = make_device_type(system_name="mag250", group=0)
    make_operator_device_type(operator=account.operator, device_type=kind, is_basic=True)
    answer = succeed(
        ask(account, device_type="mag250", device_brand="Infomir", device_model="MAG250", device_serial="S1")
    )
    device = Device.objects.get()
    assert (device.account_id, device.uid, device.brand, device.model, device.serial_number, device.is_basic) == (
        account.pk, "uid-1", "Infomir", "MAG250", "S1", True,
    )  # fmt: skip
    assert answer.session == SessionView(
        token_digest=digest_of(answer.token),
        account_id=account.pk,
        device_id=device.pk,
        device_uid="uid-1",
        device_type="mag250",
        is_basic=True,
        address="198.51.100.7",
        created=NOW,
        last_seen=NOW,
    )
    assert (answer.closed, answer.account_changed) == ((), False)
    session = Session.objects.get()
    assert (session.token_digest, session.operator_id) == (digest_of(answer.token), account.operator_id)
    account.refresh_from_db()
    assert (account.last_seen_at, account.last_address) == (MOMENT, "198.51.100.7")


def test_answer_tells_about_the_account() -> None:
    operator = make_operator(currency="EUR", time_zone="Asia/Vladivostok")
    customer = make_customer(
        operator=operator, first_name="Ada", last_name="Rossi", external_id="C-9", contract_number="17/2"
    )
    centre = make_data_centre(operator=operator, name="North", location="Milan")
    make_data_centre(operator=operator, is_enabled=False)
    account = subscriber(
        customer=customer,
        deactivates_on=date(2027, 1, 20),
        sealed_parent_code=seal("4711", KEY),
        data_centre=centre,
        use_timeshift=True,
        timeshift_minutes=120,
        template="focus",
        needs_settings_reset=True,
        meta={"a": 1},
    )
    assert succeed(ask(account)).details == {
        "number": account.number,
        "customer_id": customer.pk,
        "customer_external_id": "C-9",
        "first_name": "Ada",
        "last_name": "Rossi",
        "contract_number": "17/2",
        "currency": "EUR",
        "status_reason": "ACTIVE",
        "days_left": 5,
        "parent_code": "4711",
        "last_channel_id": None,
        "template": "focus",
        "uses_timeshift": True,
        "timeshift_minutes": 120,
        "needs_settings_reset": True,
        "data_centre_id": centre.pk,
        "data_centres": [{"id": centre.pk, "name": "North", "location": "Milan"}],
        "meta": {"a": 1},
    }
    assert succeed(ask(account)).details["needs_settings_reset"] is False


def test_parental_code_sealed_with_another_key_does_not_keep_anybody_out(caplog: pytest.LogCaptureFixture) -> None:
    account = subscriber(sealed_parent_code=seal("4711", new_key()))
    assert succeed(ask(account)).details["parent_code"] == ""
    assert "its parental code cannot be read" in caplog.text


def test_wrong_password_and_unknown_number() -> None:
    account = subscriber()
    assert refusal(ask(account, password="wrong")) is SignInRefusal.WRONG_PASSWORD
    assert refusal(ask(account, number=account.number + 1)) is SignInRefusal.NO_ACCOUNT
    assert refusal(ask(account, number=2**70)) is SignInRefusal.NO_ACCOUNT
    assert refusal(ask(account, number=-1)) is SignInRefusal.NO_ACCOUNT


def test_failed_sign_in_leaves_a_line_in_the_log_and_nothing_in_the_records(caplog: pytest.LogCaptureFixture) -> None:
    account = subscriber()
    with caplog.at_level(logging.INFO):
        assert refusal(ask(account, password="wrong\nINFO forged")) is SignInRefusal.WRONG_PASSWORD
    assert f"number {account.number}, device 'uid-1', from 198.51.100.7" in caplog.text
    assert "forged" not in caplog.text
    assert not AuditEntry.objects.exists()
    assert not Change.objects.exists()


def test_an_account_without_password_is_not_opened_by_an_empty_one() -> None:
    account = subscriber(password="")
    assert refusal(ask(account, password="")) is SignInRefusal.PASSWORD_NEEDED
    assert refusal(ask(account, password="x")) is SignInRefusal.WRONG_PASSWORD


def test_account_of_another_operator_is_unknown() -> None:
    account, stranger = subscriber(), make_operator()
    request = SignInRequest(stranger.pk, number=account.number, password=PASSWORD, device_uid="uid-1")
    assert refusal(request) is SignInRefusal.NO_ACCOUNT


def test_closed_operator_lets_nobody_in() -> None:
    account = subscriber(operator=make_operator(is_active=False))
    assert refusal(ask(account)) is SignInRefusal.WRONG_KEY


def test_password_of_a_migrated_system_is_taken_over() -> None:
    account = subscriber()
    account.password = legacy_hash(hashlib.sha512(b"old-secret").hexdigest())
    account.save()
    succeed(ask(account, password="old-secret"))
    account.refresh_from_db()
    assert account.password.startswith("$argon2id$")
    succeed(ask(account, password="old-secret"))


def test_number_alone_only_where_allowed() -> None:
    account = subscriber()
    assert refusal(ask(account, password="")) is SignInRefusal.PASSWORD_NEEDED
    account.allow_login_by_number = True
    account.save()
    succeed(ask(account, password=""))


def test_device_alone_only_when_bound_and_allowed() -> None:
    account = subscriber()
    by_device = ask(account, number=None, password="")
    assert refusal(by_device) is SignInRefusal.NO_ACCOUNT
    make_device(account=account, uid="uid-1")
    assert succeed(by_device).session.account_id == account.pk
    account.allow_login_by_device = False
    account.save()
    assert refusal(by_device) is SignInRefusal.PASSWORD_NEEDED


def test_phone_and_password() -> None:
    operator = make_operator()
    account = subscriber(customer=make_customer(operator=operator, mobile_phone="+390612345"))
    for phone in ("+390612345", "390612345"):
        assert succeed(ask(account, number=None, phone=phone)).session.account_id == account.pk
    assert refusal(ask(account, number=None, phone="390612345", password="x")) is SignInRefusal.WRONG_PASSWORD
    subscriber(customer=make_customer(operator=operator, mobile_phone="390612345"))
    assert refusal(ask(account, number=None, phone="390612345")) is SignInRefusal.NO_ACCOUNT


def test_source_address_where_exactly_one_account_has_it() -> None:
    account = subscriber(allow_login_by_address=True, subnets="198.51.100.0/24")
    nothing = ask(account, number=None, password="", device_uid="")
    assert succeed(nothing).session.account_id == account.pk
    make_account(operator=account.operator, allow_login_by_address=True, subnets="broken")
    succeed(nothing)
    make_account(operator=account.operator, allow_login_by_address=True, subnets="198.51.100.7")
    assert refusal(nothing) is SignInRefusal.AMBIGUOUS_ADDRESS
    elsewhere = SignInRequest(account.operator_id, address="203.0.113.1")
    assert refusal(elsewhere) is SignInRefusal.NO_ACCOUNT


def test_device_without_an_id_gets_one_and_is_bound_when_it_comes_back_with_it() -> None:
    account = subscriber()
    first = succeed(ask(account, device_uid=""))
    assert len(first.session.device_uid) == 32
    assert first.session.device_id is None
    assert not Device.objects.exists()
    again = succeed(ask(account, device_uid=first.session.device_uid))
    assert Device.objects.get().uid == first.session.device_uid
    assert again.closed == (first.session.token_digest,)


def test_device_of_another_account_is_refused_unless_the_account_binds_none() -> None:
    owner = make_device(uid="uid-1").account
    account = subscriber(operator=owner.operator)
    assert refusal(ask(account)) is SignInRefusal.DEVICE_OF_ANOTHER
    account.allow_multiple_login = True
    account.save()
    assert succeed(ask(account)).session.device_id is None
    assert Device.objects.get().account == owner


def test_same_device_replaces_its_session() -> None:
    account = subscriber()
    first, second = succeed(ask(account)), succeed(ask(account), NOW + 5)
    assert second.closed == (first.session.token_digest,)
    assert [s.token_digest for s in Session.objects.all()] == [second.session.token_digest]
    assert Device.objects.count() == 1


def test_additional_device_over_the_limit_displaces_the_oldest_and_the_gate_is_told() -> None:
    account = subscriber()
    first = succeed(ask(account))
    old = Session.objects.get().pk
    Change.objects.all().delete()
    second = succeed(ask(account, device_uid="uid-2"), NOW + 1)
    assert second.closed == (first.session.token_digest,)
    news = list(Change.objects.values_list("entity", "object_id"))
    assert ("subscribers.session", old) in news
    assert ("subscribers.session", Session.objects.get().pk) in news


def basic_box(account: Account) -> str:
    make_operator_device_type(
        operator=account.operator, device_type=make_device_type(system_name="box", group=0), is_basic=True
    )
    return "box"


def test_basic_device_over_the_limit_lists_devices_and_unbinds_one() -> None:
    account = subscriber()
    kind = basic_box(account)
    first = succeed(ask(account, device_type=kind))
    old = Device.objects.get()
    answer = sign_in(request=ask(account, device_uid="uid-2", device_type=kind), now=NOW, sealing_key=KEY)
    assert answer == Refused(
        SignInRefusal.BASIC_LIMIT,
        (
            BoundDevice(
                old.pk, "uid-1", "box", is_basic=True, has_session=True, created=int(old.created_at.timestamp())
            ),
        ),
        account.pk,
    )
    wrong = ask(account, device_uid="uid-2", device_type=kind, unbind_device_id=make_device().pk)
    assert refusal(wrong) is SignInRefusal.WRONG_UNBINDING
    second = succeed(ask(account, device_uid="uid-2", device_type=kind, unbind_device_id=old.pk))
    assert second.closed == (first.session.token_digest,)
    assert list(Device.objects.filter(account=account).values_list("uid", flat=True)) == ["uid-2"]
    assert AuditEntry.objects.filter(verb="delete", entity="subscribers.device", object_id=old.pk).count() == 1


def test_first_sign_in_activates_in_the_operators_zone() -> None:
    operator = make_operator(time_zone="Pacific/Auckland")  # it is 21:00 there
    account = subscriber(operator=operator, is_active=False, status_reason="WAIT", auto_activation_days=10)
    answer = succeed(ask(account))
    assert answer.account_changed is True
    account.refresh_from_db()
    assert (account.is_active, account.status_reason, account.auto_activation_days) == (True, "ACTIVE", None)
    assert (account.activates_on, account.deactivates_on) == (date(2027, 1, 15), date(2027, 1, 25))
    assert answer.details["days_left"] == 10
    assert Change.objects.filter(entity="subscribers.account", object_id=account.pk).exists()
    assert succeed(ask(account), NOW + 9 * 86400).account_changed is False
    assert refusal(ask(account), NOW + 10 * 86400) is SignInRefusal.INACTIVE


def test_own_block_is_lifted_on_request_only() -> None:
    account = subscriber(is_active=False, status_reason=StatusReason.BLOCK)
    assert refusal(ask(account)) is SignInRefusal.INACTIVE
    assert succeed(ask(account, reset_block=True)).account_changed is True
    account.refresh_from_db()
    assert (account.is_active, account.status_reason) == (True, "ACTIVE")
    debtor = subscriber(is_active=False, status_reason=StatusReason.DEBT)
    assert refusal(ask(debtor, reset_block=True, device_uid="uid-2")) is SignInRefusal.INACTIVE


def test_inactive_account_gets_in_by_a_tariff_for_inactive_accounts() -> None:
    account = make_account(is_active=False)
    assert refusal(ask(account)) is SignInRefusal.INACTIVE
    make_subscription(account=account, tariff=make_tariff(operator=account.operator, for_inactive_accounts=True))
    succeed(ask(account))


@pytest.mark.parametrize(
    ("subscription", "tariff"),
    [
        ({"starts_at": datetime.fromtimestamp(NOW + 1, UTC)}, {}),
        ({"ends_at": MOMENT}, {}),
        ({}, {"is_enabled": False}),
    ],
)
def test_tariffs_that_are_not_held_now_do_not_count(subscription: dict[str, object], tariff: dict[str, object]) -> None:
    account = make_account()
    make_subscription(account=account, tariff=make_tariff(operator=account.operator, **tariff), **subscription)
    assert refusal(ask(account)) is SignInRefusal.NO_TARIFF


def test_tariff_of_the_customer_counts_and_that_of_a_sibling_does_not() -> None:
    account = make_account()
    sibling = make_account(customer=account.customer)
    make_subscription(account=sibling)
    assert refusal(ask(account)) is SignInRefusal.NO_TARIFF
    make_subscription(customer=account.customer)
    succeed(ask(account))


def test_subnets_that_cannot_be_read_let_nobody_in(caplog: pytest.LogCaptureFixture) -> None:
    assert refusal(ask(subscriber(subnets="home"))) is SignInRefusal.WRONG_SUBNET
    assert "'home' is no subnet" in caplog.text


def test_wrong_subnet_and_wrong_group() -> None:
    assert refusal(ask(subscriber(subnets="10.0.0.0/8"))) is SignInRefusal.WRONG_SUBNET
    assert refusal(ask(subscriber(allowed_device_groups=[0]))) is SignInRefusal.WRONG_DEVICE_GROUP


def test_hostile_texts_are_stored_harmless() -> None:
    account = subscriber()
    answer = succeed(
        ask(account, device_uid="a\x00b\ud800c", device_model="M" * 500, device_type="\x00", device_brand="é\r\nx")
    )
    device = Device.objects.get()
    assert (answer.session.device_uid, device.uid, device.model, device.brand) == ("abc", "abc", "M" * 100, "éx")
    long = succeed(ask(account, device_uid="u" * 500)).session.device_uid
    assert long == f"sha256:{hashlib.sha256(b'u' * 500).hexdigest()}"


def test_sign_out_closes_once() -> None:
    session, token = make_session()
    sign_out(token_digest=digest_of(token))
    assert not Session.objects.exists()
    assert list(Change.objects.values_list("entity", "object_id")) == [("subscribers.session", session.pk)]
    sign_out(token_digest=digest_of(token))
    assert Change.objects.count() == 1


def test_check_password() -> None:
    account = make_account()
    operator_id, number = account.operator_id, account.number
    assert check_password(operator_id=operator_id, number=number, password=PASSWORD) == account.pk
    assert check_password(operator_id=operator_id, number=number, password="x") is None
    assert check_password(operator_id=operator_id, number=number + 1, password=PASSWORD) is None
    assert check_password(operator_id=make_operator().pk, number=number, password=PASSWORD) is None


def sign_in_at_once(*requests: SignInRequest) -> list[object]:
    return at_once(*(partial(sign_in, request=request, now=NOW, sealing_key=KEY) for request in requests))


@pytest.mark.django_db(transaction=True)
def test_last_place_is_taken_only_once() -> None:
    account = subscriber()
    kind = basic_box(account)
    answers = sign_in_at_once(*(ask(account, device_uid=f"uid-{n}", device_type=kind) for n in range(4)))
    refused = [a for a in answers if isinstance(a, Refused)]
    assert (len(answers), [r.reason for r in refused]) == (4, [SignInRefusal.BASIC_LIMIT] * 3)
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_device_that_two_accounts_claim_at_once_is_bound_to_one() -> None:
    first = subscriber()
    second = subscriber(operator=first.operator)
    answers = sign_in_at_once(ask(first), ask(second))
    assert sorted(type(a).__name__ for a in answers) == ["Refused", "SignedIn"]
    assert [a.reason for a in answers if isinstance(a, Refused)] == [SignInRefusal.DEVICE_OF_ANOTHER]
    assert Device.objects.count() == 1
