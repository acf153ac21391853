"""Customers, accounts, devices and subscriptions: what actions write, refuse and tell the gate."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.at_once import at_once
from tests.factories import (
    make_account,
    make_channel,
    make_customer,
    make_data_centre,
    make_dealer,
    make_device,
    make_device_type,
    make_operator,
    make_session,
    make_subscription,
    make_tariff,
)

from headend.catalog.models import Tariff
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import Invalid
from headend.kernel.passwords import verify_password
from headend.kernel.sealing import new_key, unseal
from headend.operators.models import AuditEntry, Change
from headend.subscribers.actions import (
    PersonalWish,
    activate_account,
    bind_device,
    change_account,
    change_customer,
    change_device,
    close_sessions,
    create_account,
    create_customer,
    deactivate_account,
    delete_account,
    delete_customer,
    forget_old_sessions,
    remember_beats,
    set_documents,
    set_parent_code,
    set_password,
    set_personal_channels,
    subscribe,
    unbind_device,
    unsubscribe,
)
from headend.subscribers.errors import (
    BasicTariffHeld,
    BasicTariffMissing,
    DeviceOfAnother,
    NumberTaken,
    OfAnotherOperator,
    TariffArchived,
    TariffHeld,
)
from headend.subscribers.models import Account, AccountChannel, Customer, Device, Session, TariffSubscription
from headend.subscribers.queries import documents_of

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.API_KEY, "billing", id=5, address="192.0.2.5")
NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def written() -> list[tuple[str, str, int | None]]:
    """What the audit log holds, oldest first; the gate was told of each."""
    entries = list(AuditEntry.objects.order_by("pk").values_list("verb", "entity", "object_id"))
    news = set(Change.objects.values_list("entity", "object_id"))
    assert {(entity, number) for _, entity, number in entries} <= news
    return entries


# --- customers ---


def test_new_customer_gets_the_tariffs_that_everybody_gets() -> None:
    operator = make_operator()
    extra = make_tariff(operator=operator, assigned_by_default=True)
    basic = make_tariff(operator=operator, assigned_by_default=True, basic_priority=2)
    make_tariff(operator=operator, assigned_by_default=True, is_archived=True)
    make_tariff(operator=operator, assigned_by_default=True, is_enabled=False)
    make_tariff(assigned_by_default=True)
    customer = create_customer(actor=ACTOR, operator=operator, now=NOW, first_name="Ada", external_id="")
    assert (customer.operator, customer.first_name, customer.external_id) == (operator, "Ada", None)
    held = TariffSubscription.objects.filter(customer=customer).order_by("pk")
    assert [(s.tariff, s.account, s.starts_at, s.ends_at) for s in held] == [
        (basic, None, NOW, None),
        (extra, None, NOW, None),
    ]
    assert written()[0] == ("add", "subscribers.customer", customer.pk)
    assert AuditEntry.objects.earliest("pk").actor_name == "billing"


def test_customers_without_external_id_are_no_duplicates() -> None:
    operator = make_operator()
    for _ in range(2):
        create_customer(actor=ACTOR, operator=operator, now=NOW, external_id="")
    assert Customer.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"email": "no address"}, "email"),
        ({"mobile_phone": "1" * 25}, "mobile_phone"),
        ({"first_name": "x" * 257}, "first_name"),
        ({"birth_date": "yesterday"}, "birth_date"),
        ({"operator_id": 7}, "operator_id"),
        ({"sealed_documents": "x"}, "sealed_documents"),
    ],
)
def test_wrong_fields_of_a_customer(fields: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as caught:
        create_customer(actor=ACTOR, operator=make_operator(), now=NOW, **fields)
    assert caught.value.place == place
    assert not Customer.objects.exists()


def test_dealer_of_another_operator() -> None:
    with pytest.raises(OfAnotherOperator) as caught:
        change_customer(actor=ACTOR, customer=make_customer(), dealer=make_dealer())
    assert caught.value.place == "dealer"


def test_customer_goes_with_everything() -> None:
    session, _ = make_session()
    customer = session.account.customer
    make_subscription(account=session.account)
    delete_customer(actor=ACTOR, customer=customer)
    assert (Customer.objects.count(), Account.objects.count(), Session.objects.count()) == (0, 0, 0)
    assert [(verb, entity) for verb, entity, _ in written()] == [
        ("sign_out", "subscribers.account"),
        ("delete", "subscribers.account"),
        ("delete", "subscribers.customer"),
    ]


# --- accounts ---


def test_accounts_are_numbered_through_within_the_operator() -> None:
    customer = make_customer()
    numbers = [create_account(actor=ACTOR, customer=customer).number for _ in range(2)]
    assert numbers == [10_001, 10_002]
    assert create_account(actor=ACTOR, customer=customer, number=20_000).number == 20_000
    assert create_account(actor=ACTOR, customer=customer).number == 20_001
    assert create_account(actor=ACTOR, customer=make_customer()).number == 10_001


def test_account_is_created_with_its_secrets_hashed() -> None:
    account = create_account(
        actor=ACTOR, customer=make_customer(), password="secret", country="IT", subnets="10.0.0.0/8"
    )
    assert verify_password("secret", account.password)
    assert "secret" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
    assert account.password not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
    assert written() == [("add", "subscribers.account", account.pk)]


def test_number_that_is_taken() -> None:
    account = make_account()
    with pytest.raises(NumberTaken):
        create_account(actor=ACTOR, customer=account.customer, number=account.number)
    assert create_account(actor=ACTOR, customer=make_customer(), number=account.number).number == account.number


@pytest.mark.parametrize("number", [-1, 2**63])
def test_number_that_is_none(number: int) -> None:
    with pytest.raises(Invalid) as caught:
        create_account(actor=ACTOR, customer=make_customer(), number=number)
    assert caught.value.place == "number"


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"subnets": "10.0.0.0/8; home"}, "subnets"),
        ({"allowed_device_groups": [0, 9]}, "allowed_device_groups"),
        ({"allowed_device_groups": "0"}, "allowed_device_groups"),
        ({"activates_on": date(2027, 2, 1), "deactivates_on": date(2027, 1, 1)}, "deactivates_on"),
        ({"country": "ITA"}, "country"),
        ({"password": "x"}, "password"),
        ({"number": 7}, "number"),
    ],
)
def test_wrong_fields_of_an_account(fields: dict[str, Any], place: str) -> None:
    account = make_account()
    with pytest.raises(Invalid) as caught:
        change_account(actor=ACTOR, account=account, **fields)
    assert caught.value.place == place
    assert not AuditEntry.objects.exists()


def test_data_centre_of_another_operator() -> None:
    with pytest.raises(OfAnotherOperator):
        change_account(actor=ACTOR, account=make_account(), data_centre=make_data_centre())


def test_out_of_service_and_back() -> None:
    account = make_account()
    deactivate_account(actor=ACTOR, account=account, reason="BLOCK")
    account.refresh_from_db()
    assert (account.is_active, account.status_reason) == (False, "BLOCK")
    deactivate_account(actor=ACTOR, account=account)
    account.refresh_from_db()
    assert (account.is_active, account.status_reason) == (False, "INACTIVE")
    activate_account(actor=ACTOR, account=account, today=date(2027, 1, 15))
    account.refresh_from_db()
    assert (account.is_active, account.status_reason) == (True, "ACTIVE")
    assert len(written()) == 3


def test_an_account_is_put_into_service_whatever_its_dates_say() -> None:
    today = date(2027, 1, 15)
    early = make_account(is_active=False, activates_on=date(2027, 2, 1), deactivates_on=date(2027, 3, 1))
    late = make_account(is_active=False, activates_on=date(2026, 1, 1), deactivates_on=today)
    for account in (early, late):
        activate_account(actor=ACTOR, account=account, today=today, reason="paid at the desk")
    assert (early.activates_on, early.deactivates_on) == (today, date(2027, 3, 1))
    assert (late.activates_on, late.deactivates_on) == (date(2026, 1, 1), None)
    assert late.status_reason == "paid at the desk"


def test_papers_are_sealed_and_kept_part_by_part() -> None:
    customer, key = make_customer(), new_key()
    set_documents(actor=ACTOR, customer=customer, documents={"number": " 4711 ", "bank_iban": "IT60"}, sealing_key=key)
    set_documents(actor=ACTOR, customer=customer, documents={"series": "AB", "number": ""}, sealing_key=key)
    assert documents_of(Customer.objects.get(pk=customer.pk), key) == {"bank_iban": "IT60", "series": "AB"}
    assert documents_of(customer, new_key()) == {}
    audited = AuditEntry.objects.values_list("changes", flat=True)
    assert list(audited) == [{"sealed_documents": "changed"}] * 2
    for documents in ({"colour": "red"}, {"series": "x" * 257}):
        with pytest.raises(Invalid):
            set_documents(actor=ACTOR, customer=customer, documents=documents, sealing_key=key)


def test_password_and_parental_code_never_show_in_the_audit_log() -> None:
    account, key = make_account(), new_key()
    set_password(actor=ACTOR, account=account, password="another one")
    set_parent_code(actor=ACTOR, account=account, code="4711", sealing_key=key)
    account.refresh_from_db()
    assert verify_password("another one", account.password)
    assert unseal(account.sealed_parent_code, key) == "4711"
    assert list(AuditEntry.objects.order_by("pk").values_list("changes", flat=True)) == [
        {"password": "changed"},
        {"sealed_parent_code": "changed"},
    ]
    set_parent_code(actor=ACTOR, account=account, code="", sealing_key=key)
    assert account.sealed_parent_code == ""


def test_wrong_secrets() -> None:
    account = make_account()
    with pytest.raises(Invalid):
        set_password(actor=ACTOR, account=account, password="")
    with pytest.raises(Invalid):
        set_parent_code(actor=ACTOR, account=account, code="1" * 17, sealing_key=new_key())


def test_deleting_an_account_signs_its_devices_out() -> None:
    session, _ = make_session()
    delete_account(actor=ACTOR, account=session.account)
    assert not Session.objects.exists()
    assert ("subscribers.session", session.pk) in Change.objects.values_list("entity", "object_id")


def test_personal_channels() -> None:
    account = make_account()
    first, second = (make_channel(operator=account.operator) for _ in range(2))
    wishes = {first.pk: PersonalWish(is_favourite=True, sort=2), second.pk: PersonalWish(is_hidden=True)}
    set_personal_channels(actor=ACTOR, account=account, wishes=wishes)
    set_personal_channels(
        actor=ACTOR, account=account, wishes={first.pk: PersonalWish(needs_parent_code=True, sort=-1)}
    )
    fields = ("channel_id", "is_favourite", "is_hidden", "needs_parent_code", "sort")
    assert list(AccountChannel.objects.order_by("channel").values_list(*fields)) == [
        (first.pk, True, False, True, None),
        (second.pk, False, True, False, None),
    ]
    assert written() == [("change", "subscribers.account", account.pk)] * 2
    strange = make_channel()
    with pytest.raises(OfAnotherOperator) as caught:
        set_personal_channels(actor=ACTOR, account=account, wishes={strange.pk: PersonalWish(is_hidden=True)})
    assert caught.value.place == f"channel {strange.pk}"


# --- devices ---


def test_bind_change_and_unbind() -> None:
    account, kind = make_account(), make_device_type()
    device = bind_device(actor=ACTOR, account=account, uid="u", device_type=kind, model="X1")
    assert bind_device(actor=ACTOR, account=account, uid="u", model="X2").pk == device.pk
    change_device(actor=ACTOR, device=device, is_enabled=False)
    session, _ = make_session(device=device)
    make_session(account=account, device_uid="other")
    unbind_device(actor=ACTOR, device=device)
    assert not Device.objects.exists()
    assert list(Session.objects.values_list("device_uid", flat=True)) == ["other"]
    assert ("subscribers.session", session.pk) in Change.objects.values_list("entity", "object_id")
    assert [verb for verb, _, _ in written()] == ["add", "change", "change", "sign_out", "delete"]


def test_device_of_another_account() -> None:
    device = make_device()
    with pytest.raises(DeviceOfAnother):
        bind_device(actor=ACTOR, account=make_account(operator=device.operator), uid=device.uid)
    assert bind_device(actor=ACTOR, account=make_account(), uid=device.uid).pk != device.pk


@pytest.mark.parametrize(("uid", "place"), [("", "uid"), ("u" * 201, "uid")])
def test_device_ids_that_cannot_be(uid: str, place: str) -> None:
    with pytest.raises(Invalid) as caught:
        bind_device(actor=ACTOR, account=make_account(), uid=uid)
    assert caught.value.place == place


# --- subscriptions ---


def test_subscribe_and_unsubscribe() -> None:
    account = make_account()
    tariff = make_tariff(operator=account.operator)
    held = subscribe(actor=ACTOR, customer=account.customer, tariff=tariff, starts_at=NOW, account=account)
    unsubscribe(actor=ACTOR, subscription=held, ends_at=NOW + DAY)
    unsubscribe(actor=ACTOR, subscription=held, ends_at=NOW + 2 * DAY)
    held.refresh_from_db()
    assert (held.customer, held.account, held.tariff, held.starts_at, held.ends_at) == (
        account.customer,
        account,
        tariff,
        NOW,
        NOW + DAY,
    )
    unsubscribe(actor=ACTOR, subscription=held, ends_at=NOW)
    assert not TariffSubscription.objects.exists()
    assert [verb for verb, _, _ in written()] == ["add", "change", "delete"]


def test_the_same_tariff_is_held_once_at_a_time() -> None:
    account = make_account()
    sibling = make_account(customer=account.customer)
    tariff = make_tariff(operator=account.operator)

    def hold(of: Account | None, starts_at: datetime, ends_at: datetime | None = None) -> TariffSubscription:
        return subscribe(
            actor=ACTOR, customer=account.customer, tariff=tariff, starts_at=starts_at, account=of, ends_at=ends_at
        )

    hold(account, NOW, NOW + DAY)
    hold(account, NOW + DAY, NOW + 2 * DAY)
    hold(sibling, NOW)
    hold(account, NOW - DAY, NOW)
    for of, starts in ((account, NOW), (account, NOW + DAY), (None, NOW - 5 * DAY)):
        with pytest.raises(TariffHeld):
            hold(of, starts)


def test_an_archived_tariff_is_kept_and_no_longer_given() -> None:
    account = make_account()
    stale = make_tariff(operator=account.operator)
    held = subscribe(actor=ACTOR, customer=account.customer, tariff=stale, starts_at=NOW)
    Tariff.objects.update(is_archived=True)
    other = make_account(operator=account.operator)
    with pytest.raises(TariffArchived, match="archived and no longer given"):
        subscribe(actor=ACTOR, customer=other.customer, tariff=stale, starts_at=NOW)
    assert TariffSubscription.objects.get() == held
    unsubscribe(actor=ACTOR, subscription=held, ends_at=NOW + DAY)
    assert TariffSubscription.objects.get().ends_at == NOW + DAY


def test_one_basic_tariff_at_a_time_and_none_without() -> None:
    account = make_account()
    basic, better = (make_tariff(operator=account.operator, basic_priority=n) for n in (1, 2))
    extra = make_tariff(operator=account.operator)
    customer = account.customer
    with pytest.raises(BasicTariffMissing):
        subscribe(actor=ACTOR, customer=customer, tariff=extra, starts_at=NOW)
    subscribe(actor=ACTOR, customer=customer, tariff=basic, starts_at=NOW, ends_at=NOW + DAY)
    subscribe(actor=ACTOR, customer=customer, tariff=extra, starts_at=NOW)
    with pytest.raises(BasicTariffHeld):
        subscribe(actor=ACTOR, customer=customer, tariff=better, starts_at=NOW)
    subscribe(actor=ACTOR, customer=customer, tariff=better, starts_at=NOW + DAY)


def test_what_cannot_be_held() -> None:
    account, stranger = make_account(), make_account()
    tariff = make_tariff(operator=account.operator)
    customer = account.customer
    with pytest.raises(OfAnotherOperator):
        subscribe(actor=ACTOR, customer=stranger.customer, tariff=tariff, starts_at=NOW)
    with pytest.raises(OfAnotherOperator):
        subscribe(actor=ACTOR, customer=customer, tariff=tariff, starts_at=NOW, account=stranger)
    other = make_account(operator=account.operator)
    with pytest.raises(Invalid, match="another customer's"):
        subscribe(actor=ACTOR, customer=customer, tariff=tariff, starts_at=NOW, account=other)
    with pytest.raises(Invalid, match="ends after it begins"):
        subscribe(actor=ACTOR, customer=customer, tariff=tariff, starts_at=NOW, ends_at=NOW)


# --- sessions ---


def test_closing_sessions_tells_at_which_account() -> None:
    session, _ = make_session(device_uid="box")
    make_session(device_uid="tv", account=session.account)
    assert close_sessions(actor=ACTOR, sessions=Session.objects.filter(device_uid="box")) == 1
    assert list(AuditEntry.objects.values_list("verb", "entity", "object_id", "changes")) == [
        ("sign_out", "subscribers.account", session.account_id, {"device": "box"})
    ]
    assert Session.objects.count() == 1


def test_beats() -> None:
    first, _ = make_session(address="192.0.2.1", created_at=NOW)
    second, _ = make_session(address="192.0.2.2", created_at=NOW)
    later, earlier = int((NOW + DAY).timestamp()), int((NOW - DAY).timestamp())
    remember_beats(
        beats={
            first.token_digest: (later, "192.0.2.9"),
            second.token_digest: (earlier, "192.0.2.9"),
            "unknown": (later, ""),
        }
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.last_seen_at, first.address) == (NOW + DAY, "192.0.2.9")
    assert (second.last_seen_at, second.address) == (NOW, "192.0.2.2")
    assert (first.account.last_seen_at, first.account.last_address) == (NOW + DAY, "192.0.2.9")
    assert (AuditEntry.objects.count(), Change.objects.count()) == (0, 0)


def test_many_beats_of_few_seconds_take_few_statements(django_assert_max_num_queries: Any) -> None:
    account = make_account()
    seconds = int(NOW.timestamp())
    digests = [make_session(account=account)[0].token_digest for _ in range(60)]
    with django_assert_max_num_queries(9):
        remember_beats(beats={digest: (seconds + n % 3, "") for n, digest in enumerate(digests)})
    assert set(Session.objects.values_list("last_seen_at", flat=True)) == {NOW + timedelta(seconds=n) for n in range(3)}


@pytest.mark.django_db(transaction=True)
def test_accounts_created_at_once_have_different_numbers() -> None:
    customer = make_customer()
    made = at_once(*[lambda: create_account(actor=ACTOR, customer=customer)] * 4)
    assert sorted(a.number for a in made if isinstance(a, Account)) == [10_001, 10_002, 10_003, 10_004]


@pytest.mark.django_db(transaction=True)
def test_basic_tariffs_ordered_at_once_are_held_one() -> None:
    customer = make_customer()
    tariffs = [make_tariff(operator=customer.operator, basic_priority=n) for n in (1, 2, 3)]
    outcomes = at_once(
        *(
            lambda tariff=tariff: subscribe(actor=ACTOR, customer=customer, tariff=tariff, starts_at=NOW)  # type: ignore[misc]
            for tariff in tariffs
        )
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "BasicTariffHeld",
        "BasicTariffHeld",
        "TariffSubscription",
    ]


def test_sessions_that_were_silent_for_long_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headend.subscribers.actions.sessions._CHUNK", 2)
    old = [make_session(last_seen_at=NOW - 9 * DAY)[0].pk for _ in range(3)]
    kept, _ = make_session(last_seen_at=NOW - DAY)
    assert forget_old_sessions(before=NOW - 2 * DAY) == 3
    assert Session.objects.get().pk == kept.pk
    assert set(Change.objects.values_list("object_id", flat=True)) == set(old)
