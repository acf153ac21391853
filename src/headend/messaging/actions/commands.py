"""Commands to devices."""

from django.db import transaction

from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.messaging.actions.news import tell_of_accounts
from headend.messaging.models import Command
from headend.operators.actions import delete, save


@transaction.atomic
def give_command(*, actor: Actor, command: Command) -> Command:
    """Have a device, or all devices of an account, do something; raises Invalid with the field as its place."""
    if command.device is not None and command.device.account_id != command.account_id:
        raise Invalid("this device belongs to another account", "device")
    command.operator_id = command.account.operator_id
    save(actor=actor, obj=command)  # the gate is fed by the command's own news
    return command


@transaction.atomic
def withdraw_command(*, actor: Actor, command: Command) -> None:
    """Take a command back; devices that were told it do it all the same."""
    operator, account = command.operator_id, command.account_id
    delete(actor=actor, obj=command)
    tell_of_accounts(operator, [account])
