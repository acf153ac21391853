"""Errors of the catalogue that a caller can expect."""

from headend.kernel.errors import HeadendError, Invalid, NotFound


class NotAChannelList(Invalid):
    """The input is something else than a channel list: a web page, a stream's own playlist, nothing at all."""

    code = "not_a_channel_list"


class NothingToImport(Invalid):
    """The input holds no entry that could be taken; nothing was changed."""

    code = "nothing_to_import"


class ListTooLong(Invalid):
    """The channel list has more channels than can be meant."""

    code = "list_too_long"


class ListBusy(HeadendError):
    """Somebody else changed the channels of this list while it was imported; repeating the import finishes it."""

    code = "list_busy"


class UnknownGuideChannel(NotFound):
    """No such guide channel among the sources that this operator may use."""

    code = "unknown_guide_channel"


class UnknownProgramme(NotFound):
    """No such programme in the guides of this operator's channels."""

    code = "unknown_programme"


class NotAGuide(Invalid):
    """The input is something else than a guide: a web page, an archive, nothing at all."""

    code = "not_a_guide"


class GuideBroken(Invalid):
    """The guide cannot be read to its end: cut off, not well-formed, or built to harm. `place` says where."""

    code = "guide_broken"


class GuideBusy(HeadendError):
    """Another import of the same guide source is running."""

    code = "guide_busy"


class FetchFailed(HeadendError):
    """The address or file of a source cannot be had; the text says why, without the address's secrets."""

    code = "fetch_failed"


class PictureRefused(Invalid):
    """What was given is no picture, or none that is taken: of another format, broken, or far too large."""

    code = "picture_refused"
