"""`headend manage collect_daily_stats`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "views are kept one by one; reports are made of them when somebody asks"
