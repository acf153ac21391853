"""`headend manage save_stats`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "views are written down as they are reported"
