"""`headend manage cache_channel_list`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "the gate keeps channel lists in memory and hears of every change"
