"""What can be wrong with what screens show.

HeadendError
├── NotFound
│   ├── UnknownRibbon
│   ├── UnknownSelection
│   ├── UnknownApplication
│   ├── UnknownHomeFeed
│   ├── NoHomeFeeds
│   └── UnknownDocument
├── Invalid
│   └── UnknownItem
├── FeedNeedsSignIn
├── FeedUnusable
├── NobodyAccepts
├── AlreadyAccepted
├── SourceUnreachable
├── SourceBusy
└── SourceRefused
"""

from headend.kernel.errors import HeadendError, Invalid, NotFound


class UnknownRibbon(NotFound):
    """No such ribbon for this viewer, or it is of another type than what is asked of it."""

    code = "unknown_ribbon"


class UnknownSelection(NotFound):
    """No such selection that is shown."""

    code = "unknown_selection"


class UnknownApplication(NotFound):
    """No such application on this kind of device."""

    code = "unknown_application"


class UnknownHomeFeed(NotFound):
    """No such home feed on this kind of device."""

    code = "unknown_home_feed"


class NoHomeFeeds(NotFound):
    """The operator has no home feeds at all."""

    code = "no_home_feeds"


class FeedNeedsSignIn(HeadendError):
    """The home feed is only for those who have signed in."""

    code = "feed_needs_sign_in"


class FeedUnusable(HeadendError):
    """The home feed has neither a selection of channels, programmes or titles nor shows what was being watched."""

    code = "feed_unusable"


class UnknownDocument(NotFound):
    """No such legal document."""

    code = "unknown_document"


class UnknownItem(Invalid):
    """The operator has no such channel, programme, title, ... to put into a selection. `place` is its number."""

    code = "unknown_item"


class NobodyAccepts(HeadendError):
    """A document is accepted by an account or at least by a device that says which one it is."""

    code = "nobody_accepts"


class AlreadyAccepted(HeadendError):
    """This version of the document was accepted before."""

    code = "already_accepted"


class SourceUnreachable(HeadendError):
    """Weather, exchange rates or news cannot be had: no answer, or none is configured."""

    code = "source_unreachable"


class SourceBusy(HeadendError):
    """The same is being fetched for somebody else at this moment; ask again."""

    code = "source_busy"


class SourceRefused(HeadendError):
    """The source answers, but not with what was asked for: no such place, another format."""

    code = "source_refused"
