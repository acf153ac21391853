"""Errors of the catalogue that a caller can expect."""

from headend.kernel.errors import Invalid, NotFound


class NotAChannelList(Invalid):
    """The input is something else than a channel list: a web page, a stream's own playlist, nothing at all."""

    code = "not_a_channel_list"


class NothingToImport(Invalid):
    """The input holds no entry that could be taken; nothing was changed."""

    code = "nothing_to_import"


class UnknownGuideChannel(NotFound):
    """No such guide channel among the sources that this operator may use."""

    code = "unknown_guide_channel"
