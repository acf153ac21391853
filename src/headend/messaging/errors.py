"""What can be wrong with messages and commands.

HeadendError
├── NoSuchMessage
└── MailingUnderWay
"""

from headend.kernel.errors import HeadendError


class NoSuchMessage(HeadendError):
    """The account has no message of this number."""

    code = "no_such_message"


class MailingUnderWay(HeadendError):
    """What is being sent, or was, is changed no more."""

    code = "mailing_under_way"
