"""Messages and commands for tests."""

from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from headend.kernel.actor import system
from headend.messaging.actions import deliver_portion, give_command, release_mailing, save_mailing
from headend.messaging.models import Command, Mailing, Message, OutgoingText
from headend.operators.models import Operator
from headend.subscribers.models import Account

ACTOR = system("tests")


def make_mailing(*, operator: Operator, **fields: Any) -> Mailing:
    """A draft to everyone, on their screens."""
    given = {"audience": "everyone", "subject": "Works", "text": "<p>Tonight from <b>two</b></p>"} | fields
    return save_mailing(actor=ACTOR, mailing=Mailing(operator=operator, **given))


def send_mailing(mailing: Mailing) -> Mailing:
    """Send a draft to its last account."""
    release_mailing(actor=ACTOR, mailing=mailing, now=timezone.now())
    while deliver_portion(number=mailing.pk, now=timezone.now()):
        pass
    mailing.refresh_from_db()
    return mailing


def make_message(*, account: Account, **fields: Any) -> Message:
    """A message to one account."""
    given = {"audience": "account", "account": account} | fields
    return send_mailing(make_mailing(operator=account.operator, **given)).messages.get()


def make_command(*, account: Account, **fields: Any) -> Command:
    """A command to all devices of an account, for an hour."""
    given = {"expires_at": timezone.now() + timedelta(hours=1), "kind": 2} | fields
    return give_command(actor=ACTOR, command=Command(account=account, **given))


def make_messaging(operator: Operator, account: Account, name: str) -> dict[type[Model], Any]:
    """One of each record, all named after whose they are."""
    sent = send_mailing(make_mailing(operator=operator, subject=f"{name} works"))
    return {
        Mailing: make_mailing(operator=operator, subject=f"{name} draft"),
        Message: sent.messages.get(account=account),
        OutgoingText: OutgoingText.objects.create(
            operator=operator,
            mailing=sent,
            medium="email",
            recipient=f"{name.lower()}@example.com",
            next_attempt_at=timezone.now(),
        ),
        Command: make_command(account=account, text=f"{name} restart"),
    }
