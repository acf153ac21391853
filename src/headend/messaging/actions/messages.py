"""Messages as households get, read and delete them. What viewers do daily needs no audit entry."""

from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from headend.messaging.actions.news import tell_of_accounts
from headend.messaging.models import Command, CommandDelivery, Message
from headend.messaging.queries import command_for, message_of, urgent_message_for
from headend.messaging.rules import Notices, ToldCommand, ToldMessage
from headend.subscribers.models import Account, Session

_AT_ONCE = 500


@transaction.atomic
def read_message(*, account: Account, number: str, now: datetime) -> Message:
    """Open a message: from now on it is read, or gone if it is to go after reading. Raises NoSuchMessage."""
    message = message_of(account, number)
    if Message.objects.filter(pk=message.pk, read_at=None).update(read_at=now):
        tell_of_accounts(account.operator_id, [account.pk])
    if message.mailing.delete_after_reading:
        Message.objects.filter(pk=message.pk).delete()
    return message


@transaction.atomic
def delete_message(*, account: Account, number: str) -> None:
    """Take a message away from an account; raises NoSuchMessage."""
    message = message_of(account, number)
    message.delete()
    if message.read_at is None:
        tell_of_accounts(account.operator_id, [account.pk])


def take_notices(*, token_digest: str, now: int) -> Notices:
    """What a device is told with its status, taken so that nobody is told it again.

    An urgent message is told to the first device of the account that asks, and stays unread; a command once to each
    device that has an id, for a device that was told to reboot with every status would never come up.
    """
    moment = datetime.fromtimestamp(now, UTC)
    session = Session.objects.filter(token_digest=token_digest).first()
    if session is None:
        return Notices()
    return Notices(_take_message(session, moment), _take_command(session, moment))


@transaction.atomic
def _take_message(session: Session, now: datetime) -> ToldMessage | None:
    message = urgent_message_for(session.account_id)
    if message is None or not Message.objects.filter(pk=message.pk, told_at=None).update(told_at=now):
        return None
    tell_of_accounts(session.operator_id, [session.account_id])
    said = message.mailing
    return ToldMessage(said.subject, said.text, said.no_confirmation)


def _take_command(session: Session, now: datetime) -> ToldCommand | None:
    command = command_for(session.account_id, session.device_uid, now) if session.device_uid else None
    if command is None or not _is_first(command, session.device_uid, now):
        return None
    if command.device_id is not None:
        tell_of_accounts(session.operator_id, [session.account_id])
    return ToldCommand(command.kind, command.needs_confirmation, command.deep_link, command.text, command.image_url)


def _is_first(command: Command, device_uid: str, now: datetime) -> bool:
    try:
        with transaction.atomic():
            CommandDelivery.objects.create(command=command, device_uid=device_uid, at=now)
    except IntegrityError:
        return False
    return True


def forget_messages(*, before: datetime) -> int:
    """Delete messages that were sent before a moment, a few hundred in each transaction; says how many."""
    forgotten = 0
    while old := list(Message.objects.filter(created_at__lt=before).order_by("created_at")[:_AT_ONCE]):
        with transaction.atomic():
            Message.objects.filter(pk__in=[each.pk for each in old]).delete()
            for operator in {each.operator_id for each in old}:
                unread = {each.account_id for each in old if each.operator_id == operator and each.read_at is None}
                tell_of_accounts(operator, unread)
        forgotten += len(old)
    return forgotten
