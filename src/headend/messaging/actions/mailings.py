"""Mailings: written, released, and delivered in portions that may break off anywhere and be repeated."""

from datetime import datetime

from django.db import transaction

from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.messaging.actions.news import tell_of_accounts
from headend.messaging.errors import MailingUnderWay
from headend.messaging.models import Audience, Mailing, MailingState, Message, OutgoingText
from headend.messaging.queries import accounts_reached_by
from headend.messaging.rules import LONGEST_SMS, LONGEST_TEXT, clean_html, plain_text
from headend.operators.actions import delete, record, save
from headend.subscribers.models import Account
from headend.subscribers.ports import Medium
from headend.subscribers.rules import phone_of

PORTION = 500  # accounts in one transaction
_NAMED = {Audience.ACCOUNT: "account", Audience.TARIFF: "tariff", Audience.DEALER: "dealer"}


@transaction.atomic
def save_mailing(*, actor: Actor, mailing: Mailing) -> Mailing:
    """Write a draft, or change one; its text is cleaned. Raises Invalid and MailingUnderWay."""
    if mailing.pk and _locked(mailing.pk).state != MailingState.DRAFT:
        raise MailingUnderWay("it was released, and is changed no more")
    mailing.text = clean_html(mailing.text)
    _check(mailing)
    save(actor=actor, obj=mailing)
    return mailing


def _check(mailing: Mailing) -> None:
    place = _NAMED.get(Audience(mailing.audience), "")
    for name in _NAMED.values():
        named = getattr(mailing, name)
        if name != place:
            setattr(mailing, name, None)
        elif named is None or named.operator_id != mailing.operator_id:
            raise Invalid("say whom it is for", name)
    if not (mailing.by_screen or mailing.by_sms or mailing.by_email):
        raise Invalid("it has to travel by one of the ways", "by_screen")
    words = plain_text(mailing.text)
    if not words and "<img" not in mailing.text:
        raise Invalid("nothing is left of the text", "text")
    if len(mailing.text) > LONGEST_TEXT or (mailing.by_sms and len(words) > LONGEST_SMS):
        raise Invalid("the text is too long", "text")


@transaction.atomic
def release_mailing(*, actor: Actor, mailing: Mailing, now: datetime) -> Mailing:
    """Have a draft sent; raises MailingUnderWay when it was released before."""
    found = _locked(mailing.pk)
    if found.state != MailingState.DRAFT:
        raise MailingUnderWay("it was released before")
    found.state, found.total = MailingState.WAITING, accounts_reached_by(found, now).count()
    found.save(update_fields=["state", "total"])
    record(actor=actor, verb="send", obj=found, changes={"total": found.total})
    return found


@transaction.atomic
def stop_mailing(*, actor: Actor, mailing: Mailing) -> Mailing:
    """Send no more of it; what has arrived stays, what waits for phones and mail boxes is not sent."""
    found = _locked(mailing.pk)
    if found.state in (MailingState.WAITING, MailingState.RUNNING, MailingState.DONE):
        found.state = MailingState.STOPPED
        found.save(update_fields=["state"])
        record(actor=actor, verb="stop", obj=found, changes={"reached": found.reached})
    return found


@transaction.atomic
def delete_mailing(*, actor: Actor, mailing: Mailing) -> None:
    """Delete a mailing, and its messages from the screens of those that have not read them."""
    unread = list(mailing.messages.filter(read_at=None).values_list("account_id", flat=True))
    operator = mailing.operator_id
    delete(actor=actor, obj=mailing)
    tell_of_accounts(operator, unread)


@transaction.atomic
def deliver_portion(*, number: int, now: datetime) -> bool:
    """Deliver a released mailing to the next accounts; says whether some are left.

    Whoever repeats it, also at the same time, delivers nothing twice: the portion and how far the mailing has come are
    written together, and the records hold each message and text once.
    """
    mailing = Mailing.objects.select_for_update().filter(pk=number).first()
    if mailing is None or mailing.state not in (MailingState.WAITING, MailingState.RUNNING):
        return False
    reached = accounts_reached_by(mailing, now).filter(pk__gt=mailing.last_account)
    accounts = list(reached.select_related("customer").order_by("pk")[:PORTION])
    if mailing.by_screen:
        _put_on_screens(mailing, accounts, now)
    OutgoingText.objects.bulk_create(_texts(mailing, accounts, now), ignore_conflicts=True)
    is_last = len(accounts) < PORTION
    mailing.state = MailingState.DONE if is_last else MailingState.RUNNING
    mailing.reached += len(accounts)
    mailing.last_account = accounts[-1].pk if accounts else mailing.last_account
    mailing.save(update_fields=["state", "reached", "last_account"])
    return not is_last


def _put_on_screens(mailing: Mailing, accounts: list[Account], now: datetime) -> None:
    Message.objects.bulk_create(
        [
            Message(operator_id=mailing.operator_id, mailing=mailing, account=account, created_at=now)
            for account in accounts
        ],
        ignore_conflicts=True,
    )
    tell_of_accounts(mailing.operator_id, [account.pk for account in accounts])


def _texts(mailing: Mailing, accounts: list[Account], now: datetime) -> list[OutgoingText]:
    customers = {account.customer_id: account.customer for account in accounts}.values()
    wanted = set()
    if mailing.by_sms:
        phones = (_phone(each.mobile_phone) for each in customers if each.sends_sms)
        wanted |= {(Medium.SMS, phone) for phone in phones if phone}
    if mailing.by_email:
        wanted |= {(Medium.EMAIL, each.email) for each in customers if each.sends_email and each.email}
    return [
        OutgoingText(
            operator_id=mailing.operator_id,
            mailing=mailing,
            medium=medium.value,
            recipient=recipient,
            next_attempt_at=now,
        )
        for medium, recipient in sorted(wanted)
    ]


def _phone(text: str) -> str:
    try:
        return phone_of(text)
    except Invalid:
        return ""


def _locked(number: int) -> Mailing:
    found: Mailing = Mailing.objects.select_for_update().get(pk=number)
    return found
