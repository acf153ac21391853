"""Mailings, what of them reaches whom, and how it reaches the gate."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.factories import make_account, make_operator, make_subscription, make_tariff
from tests.factories.messaging import ACTOR, make_command, make_mailing, make_message, send_mailing
from tests.factories.subscribers import make_customer, make_device, make_session

from headend.kernel.errors import Invalid
from headend.kernel.tokens import digest_of
from headend.messaging import actions
from headend.messaging.actions import mailings
from headend.messaging.errors import MailingUnderWay
from headend.messaging.models import CommandDelivery, Mailing, MailingState, Message, OutgoingText, TextState
from headend.messaging.queries import reach_of
from headend.messaging.rules import FOREVER, Mail, Notices
from headend.operators.models import Change, Dealer
from headend.playback.queries import account_views
from headend.subscribers.errors import NotSent
from headend.subscribers.ports import Medium, Text

pytestmark = pytest.mark.django_db


def now() -> int:
    return int(timezone.now().timestamp())


def mail_of(account: Any) -> Mail | None:
    return next(iter(account_views([account.pk], now=now()))).mail


def signed_in(account: Any, uid: str) -> str:
    device = make_device(account=account, uid=uid)
    return digest_of(make_session(account=account, device=device)[1])


# --- whom it reaches ---


def test_audiences_and_ways() -> None:
    operator = make_operator()
    dealer = Dealer.objects.create(operator=operator, name="Shop")
    tariff = make_tariff(operator=operator)
    one = make_account(customer=make_customer(operator=operator, mobile_phone="+39123456789", email="a@b.example"))
    two = make_account(customer=make_customer(operator=operator, dealer=dealer, mobile_phone="x", sends_email=False))
    make_account()  # another operator's
    make_subscription(account=one, tariff=tariff)
    everyone = make_mailing(operator=operator, by_sms=True, by_email=True)
    assert reach_of(everyone, timezone.now()) == (2, 2, 1)
    for fields, expected in (
        ({"audience": "tariff", "tariff": tariff}, {one.pk}),
        ({"audience": "dealer", "dealer": dealer}, {two.pk}),
        ({"audience": "account", "account": one}, {one.pk}),
    ):
        sent = send_mailing(make_mailing(operator=operator, **fields))
        assert set(sent.messages.values_list("account_id", flat=True)) == expected
    send_mailing(everyone)
    texts = set(everyone.texts.values_list("medium", "recipient"))
    assert texts == {("sms", "+39123456789"), ("email", "a@b.example")}  # "x" is no phone


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"audience": "account"}, "account"),
        ({"by_screen": False}, "by_screen"),
        ({"text": "<script>alert(1)</script>"}, "text"),
        ({"text": "x" * 1001, "by_sms": True}, "text"),
    ],
)
def test_what_cannot_be_sent_is_not_written(fields: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as raised:
        make_mailing(operator=make_operator(), **fields)
    assert raised.value.place == place


def test_another_operators_account_is_no_audience() -> None:
    with pytest.raises(Invalid):
        make_mailing(operator=make_operator(), audience="account", account=make_account())


# --- delivering ---


def test_a_mailing_goes_out_in_portions_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailings, "PORTION", 2)
    operator = make_operator()
    accounts = [make_account(operator=operator) for _ in range(5)]
    mailing = make_mailing(operator=operator)
    actions.release_mailing(actor=ACTOR, mailing=mailing, now=timezone.now())
    left = [actions.deliver_portion(number=mailing.pk, now=timezone.now()) for _ in range(5)]
    assert left == [True, True, False, False, False]
    mailing.refresh_from_db()
    assert (mailing.state, mailing.total, mailing.reached) == (MailingState.DONE, 5, 5)
    assert set(Message.objects.values_list("account_id", flat=True)) == {each.pk for each in accounts}
    with pytest.raises(MailingUnderWay):
        actions.release_mailing(actor=ACTOR, mailing=mailing, now=timezone.now())
    with pytest.raises(MailingUnderWay):
        actions.save_mailing(actor=ACTOR, mailing=mailing)


def test_a_stopped_mailing_goes_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailings, "PORTION", 1)
    operator = make_operator()
    for _ in range(3):
        make_account(operator=operator)
    mailing = make_mailing(operator=operator)
    actions.release_mailing(actor=ACTOR, mailing=mailing, now=timezone.now())
    assert actions.deliver_portion(number=mailing.pk, now=timezone.now())
    actions.stop_mailing(actor=ACTOR, mailing=mailing)
    assert not actions.deliver_portion(number=mailing.pk, now=timezone.now())
    assert Message.objects.count() == 1


class Sender:
    def __init__(self) -> None:
        self.sent: list[Text] = []
        self.fails = False

    def __call__(self, operator_id: int, medium: Medium) -> "Sender":
        return self

    def send(self, text: Text) -> None:
        if self.fails:
            raise NotSent("the gateway is away")
        self.sent.append(text)


def test_texts_are_sent_once_and_tried_again_when_the_gateway_is_away() -> None:
    customer = make_customer(mobile_phone="+39123456789", email="a@b.example")
    account = make_account(customer=customer)
    send_mailing(make_mailing(operator=account.operator, by_screen=False, by_sms=True, by_email=True))
    assert not Message.objects.exists()
    sender, moment = Sender(), timezone.now()
    sender.fails = True
    assert actions.send_due_texts(senders=sender, now=moment) == 0
    assert set(OutgoingText.objects.values_list("attempts", "failure")) == {(1, "the gateway is away")}
    sender.fails = False
    assert actions.send_due_texts(senders=sender, now=moment) == 0  # not yet
    assert actions.send_due_texts(senders=sender, now=moment + timedelta(minutes=2)) == 2
    assert actions.send_due_texts(senders=sender, now=moment + timedelta(days=1)) == 0
    body = "Tonight from two"
    assert set(sender.sent) == {Text("+39123456789", body), Text("a@b.example", body, "Works")}


def test_a_mailing_may_be_deleted_while_its_text_is_handed_over() -> None:
    account = make_account(customer=make_customer(mobile_phone="+39123456789"))
    send_mailing(make_mailing(operator=account.operator, by_sms=True))

    class Slow(Sender):
        def send(self, text: Text) -> None:
            Mailing.objects.all().delete()

    assert actions.send_due_texts(senders=Slow(), now=timezone.now()) == 1
    assert not OutgoingText.objects.exists()


def test_a_text_is_given_up_in_the_end() -> None:
    account = make_account(customer=make_customer(mobile_phone="+39123456789"))
    send_mailing(make_mailing(operator=account.operator, by_sms=True))
    sender, moment = Sender(), timezone.now()
    sender.fails = True
    for day in range(7):
        actions.send_due_texts(senders=sender, now=moment + timedelta(days=day))
    text = OutgoingText.objects.get()
    assert (text.state, text.attempts) == (TextState.FAILED, 6)


# --- what waits ---


def test_nothing_waits_for_most_accounts() -> None:
    account = make_account()
    assert mail_of(account) is None
    message = make_message(account=account, is_urgent=False)
    assert mail_of(account) == Mail(True, 0)
    actions.read_message(account=account, number=str(message.uuid), now=timezone.now())
    assert mail_of(account) is None


def test_accounts_with_the_same_share_it() -> None:
    operator = make_operator()
    accounts = [make_account(operator=operator) for _ in range(3)]
    send_mailing(make_mailing(operator=operator))
    assert len({id(view.mail) for view in account_views([each.pk for each in accounts], now=now())}) == 1


def test_an_urgent_message_is_told_once_for_the_account_and_stays_unread() -> None:
    account = make_account()
    first, second = signed_in(account, "02:01"), signed_in(account, "02:02")
    make_message(account=account, subject="Old")
    message = make_message(account=account, subject="New")
    assert mail_of(account) == Mail(True, FOREVER)
    before = Change.objects.count()
    told = actions.take_notices(token_digest=first, now=now())
    assert told.message
    assert told.message.subject == "New"
    assert Change.objects.filter(entity="subscribers.account", object_id=account.pk).count() > 0
    assert Change.objects.count() == before + 1
    told = actions.take_notices(token_digest=second, now=now())
    assert told.message
    assert told.message.subject == "Old"
    assert actions.take_notices(token_digest=second, now=now()) == Notices()
    assert mail_of(account) == Mail(True, 0)
    message.refresh_from_db()
    assert message.read_at is None


def test_a_command_is_told_once_to_each_device() -> None:
    account = make_account()
    first, second = signed_in(account, "02:01"), signed_in(account, "02:02")
    command = make_command(account=account, kind=3, deep_link="app://x")
    assert mail_of(account) == Mail(False, int(command.expires_at.timestamp()))
    for digest in (first, second):
        told = actions.take_notices(token_digest=digest, now=now()).command
        assert told
        assert (told.kind, told.deep_link) == (3, "app://x")
        assert actions.take_notices(token_digest=digest, now=now()) == Notices()
    assert CommandDelivery.objects.count() == 2
    later = int((command.expires_at + timedelta(seconds=1)).timestamp())
    assert mail_of(account) is not None
    assert next(iter(account_views([account.pk], now=later))).mail is None


def test_a_command_for_one_device_waits_for_nobody_else() -> None:
    account = make_account()
    first, second = signed_in(account, "02:01"), signed_in(account, "02:02")
    command = make_command(account=account, device=account.devices.get(uid="02:02"))
    assert actions.take_notices(token_digest=first, now=now()) == Notices()
    assert actions.take_notices(token_digest=second, now=now()).command is not None
    assert mail_of(account) is None
    with pytest.raises(Invalid):
        make_command(account=make_account(operator=account.operator), device=command.device)


def test_devices_without_an_id_get_no_commands() -> None:
    account = make_account()
    _session, token = make_session(account=account, device=None, device_uid="")
    make_command(account=account)
    assert actions.take_notices(token_digest=digest_of(token), now=now()) == Notices()
    assert actions.take_notices(token_digest="0" * 64, now=now()) == Notices()


def test_old_messages_are_forgotten_and_the_gate_hears_of_it() -> None:
    account = make_account()
    old, new = make_message(account=account), make_message(account=account)
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    Change.objects.all().delete()
    assert actions.forget_messages(before=timezone.now() - timedelta(days=30)) == 1
    assert list(Message.objects.all()) == [new]
    assert [row.object_id for row in Change.objects.all()] == [account.pk]
    assert mail_of(account) == Mail(True, FOREVER)
