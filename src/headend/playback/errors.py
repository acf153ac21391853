"""What can be wrong with playing, besides the reasons of a refusal (`playback.rules.Reason`)."""

from headend.kernel.errors import HeadendError


class NothingToPlay(HeadendError):
    """No streaming server and no direct address gives this channel."""

    code = "nothing_to_play"
