"""`headend manage check_stream_services`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "streaming servers are not polled: watch them with what watches machines, and switch one off that is down"
