"""What can be wrong with games."""

from headend.kernel.errors import NotFound


class UnknownGame(NotFound):
    """The operator has no such game, or it is switched off."""

    code = "unknown_game"
