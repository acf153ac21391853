"""`headend manage recache_icons`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "pictures are shown in the size in which they were given"
