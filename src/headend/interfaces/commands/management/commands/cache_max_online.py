"""`headend manage cache_max_online`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "how many were online is counted as it happens, and told under /metrics"
