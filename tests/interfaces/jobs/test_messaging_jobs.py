"""The worker's jobs and the commands that do the same by hand, with texts that really are carried: to the outbox."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from tests.factories.messaging import ACTOR, make_mailing, make_message
from tests.factories.monitoring import make_device_report
from tests.factories.subscribers import make_account, make_customer, make_device, make_text_gateway, outbox_of

from headend.interfaces.jobs import messaging, monitoring
from headend.messaging.actions import release_mailing
from headend.messaging.models import MailingState, Message, OutgoingText, TextState
from headend.monitoring.models import DeviceReport

pytestmark = pytest.mark.django_db


def test_a_released_mailing_is_delivered_by_the_next_minutes_job():
    account = make_account(customer=make_customer(mobile_phone="+39123456789"))
    operator = account.operator
    make_text_gateway(operator=operator, medium="sms", kind="outbox")
    mailing = make_mailing(operator=operator, by_sms=True)
    messaging.send_waiting_mailings.call_local()
    assert not Message.objects.exists()  # a draft waits for whoever wrote it
    release_mailing(actor=ACTOR, mailing=mailing, now=timezone.now())
    before = len(outbox_of(operator))
    for _time in range(2):
        messaging.deliver_mailing.call_local(mailing.pk)
        messaging.send_waiting_texts.call_local()
    mailing.refresh_from_db()
    assert (mailing.state, Message.objects.count()) == (MailingState.DONE, 1)
    assert [(each["to"], each["body"]) for each in outbox_of(operator)[before:]] == [
        ("+39123456789", "Tonight from two")
    ]


def test_resend_sms_sends_what_waits(capsys):
    account = make_account(customer=make_customer(mobile_phone="+39123456789"))
    mailing = make_mailing(operator=account.operator, by_sms=True)
    release_mailing(actor=ACTOR, mailing=mailing, now=timezone.now())
    messaging.deliver_mailing.call_local(mailing.pk)
    call_command("resend_sms")
    text = OutgoingText.objects.get()
    assert (text.state, text.attempts) == (TextState.WAITING, 1)
    assert text.failure == "nothing is set up that sends SMS"
    make_text_gateway(operator=account.operator, medium="sms", kind="outbox")
    OutgoingText.objects.update(next_attempt_at=timezone.now())
    call_command("resend_sms")
    assert OutgoingText.objects.get().state == TextState.SENT
    assert capsys.readouterr().out == "0 texts sent\n1 texts sent\n"


def test_clean_old_messages(capsys):
    old, new = make_message(account=make_account()), make_message(account=make_account())
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    call_command("clean_old_messages", "--days_count", "30")
    assert capsys.readouterr().out == "1 messages deleted\n"
    assert list(Message.objects.all()) == [new]
    for count in ("-1", "99999999"):
        with pytest.raises(CommandError):
            call_command("clean_old_messages", "--days_count", count)


def test_reports_are_kept_for_a_week():
    device = make_device()
    old, new = make_device_report(device=device), make_device_report(device=device)
    DeviceReport.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=7, minutes=1))
    monitoring.forget_old_device_reports.call_local()
    assert list(DeviceReport.objects.all()) == [new]
