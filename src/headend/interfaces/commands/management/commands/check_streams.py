"""`headend manage check_streams`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "streams are not polled: watch them with what watches machines"
