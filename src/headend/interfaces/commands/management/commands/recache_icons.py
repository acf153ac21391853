"""`headend manage recache_icons`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    help = "Nothing to do here: pictures are shown in the size in which they were given."
    reason = "pictures are shown in the size in which they were given"
