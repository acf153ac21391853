"""From a draft in the console to the worker's queue, and the charts of a device."""

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.factories import make_account
from tests.factories.messaging import make_mailing
from tests.factories.monitoring import make_device_report
from tests.factories.subscribers import make_customer, make_device
from tests.interfaces.console.browserlike import form_of

from headend.interfaces.console import messaging as screen
from headend.messaging.models import Mailing, MailingState
from headend.operators.models import AuditEntry
from headend.operators.rules import Role

ADD = "admin:messaging_mailing_add"


@pytest.fixture
def queued(monkeypatch):
    numbers = []
    monkeypatch.setattr(screen, "deliver_mailing", numbers.append)
    return numbers


def test_a_draft_is_written_looked_at_and_sent_once(sign_in, queued):
    client = sign_in(Role.SUPPORT)
    operator = client.staff.operator
    for number in range(3):
        make_account(customer=make_customer(operator=operator, mobile_phone=f"+3912345678{number}"))
    form = form_of(client.get(reverse(ADD)), "mailing_form")
    fields = {"audience": ["everyone"], "subject": ["Works"], "text": ["<p onclick=x()>Tonight</p>"], "by_sms": ["on"]}
    saved = client.post(reverse(ADD), form | fields | {"_save": "1"})
    mailing = Mailing.objects.get()
    page = client.get(saved["Location"])
    assert "3 accounts on their screens, 3 phones, 0 mail boxes" in page.content.decode()
    assert (mailing.text, mailing.state) == ("<p>Tonight</p>", MailingState.DRAFT)
    send = reverse("admin:messaging_mailing_send", args=(mailing.pk,))
    for _time in range(2):
        client.post(send, {"_form_submitted": "on"})
    mailing.refresh_from_db()
    assert (mailing.state, mailing.total, queued) == (MailingState.WAITING, 3, [mailing.pk])
    assert AuditEntry.objects.filter(verb="send", object_id=mailing.pk).count() == 1


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"audience": ["account"]}, "account"),
        ({"text": ["<script>x</script>"]}, "text"),
        ({"by_screen": []}, "by_screen"),
        ({"text": ["x" * 1001], "by_sms": ["on"]}, "text"),
    ],
)
def test_a_draft_that_cannot_be_sent_is_asked_about(sign_in, fields, place):
    client = sign_in(Role.OPERATOR_ADMIN)
    form = form_of(client.get(reverse(ADD)), "mailing_form")
    given = {"audience": ["everyone"], "subject": ["Works"], "text": ["Tonight"]} | fields
    page = client.post(reverse(ADD), {k: v for k, v in (form | given | {"_save": "1"}).items() if v})
    assert place in page.context["adminform"].form.errors
    assert not Mailing.objects.exists()


def test_what_was_sent_is_changed_no_more(sign_in, queued):
    client = sign_in(Role.OPERATOR_ADMIN)
    mailing = make_mailing(operator=client.staff.operator)
    client.post(reverse("admin:messaging_mailing_send", args=(mailing.pk,)), {"_form_submitted": "on"})
    address = reverse("admin:messaging_mailing_change", args=(mailing.pk,))
    client.post(address, {"subject": "Other", "audience": "everyone", "text": "Other", "_save": "1"})
    mailing.refresh_from_db()
    assert mailing.subject == "Works"
    client.post(reverse("admin:messaging_mailing_stop", args=(mailing.pk,)), {"_form_submitted": "on"})
    mailing.refresh_from_db()
    assert mailing.state == MailingState.STOPPED


def test_another_operators_draft_is_not_theirs_to_send(sign_in, queued):
    mailing = make_mailing(operator=make_account().operator)
    send = reverse("admin:messaging_mailing_send", args=(mailing.pk,))
    answer = sign_in(Role.OPERATOR_ADMIN).post(send, {"_form_submitted": "on"})
    assert answer.status_code in (302, 403, 404)
    mailing.refresh_from_db()
    assert (mailing.state, queued) == (MailingState.DRAFT, [])


def test_a_report_shows_the_devices_day(sign_in):
    client = sign_in(Role.SUPPORT)
    device = make_device(account=make_account(operator=client.staff.operator))
    for load in (0.25, 1.5):
        report = make_device_report(device=device, load=load)
    page = client.get(reverse("admin:monitoring_devicereport_change", args=(report.pk,))).content.decode()
    assert page.count("<polyline") == 3
    assert "last 1.5, highest 1.5" in page
    assert timezone.now() >= report.received_at
