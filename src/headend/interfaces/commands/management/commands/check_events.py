"""`headend manage check_events`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "nothing is polled that could alarm: /metrics and /readyz tell what there is to watch"
