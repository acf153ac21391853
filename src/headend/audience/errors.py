"""What can be wrong with a report of watching.

HeadendError
├── NoSuchChannel
└── ReportedTooOften
"""

from headend.kernel.errors import HeadendError


class NoSuchChannel(HeadendError):
    """The operator has no such channel."""

    code = "no_such_channel"


class ReportedTooOften(HeadendError):
    """A device reports more often than anything can change."""

    code = "reported_too_often"
