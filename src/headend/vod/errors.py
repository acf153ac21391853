"""What vod refuses.

HeadendError
├── TitleUnknown
└── PartnerRefused
    ├── PartnerMissing
    └── PartnerAway
"""

from headend.kernel.errors import HeadendError


class TitleUnknown(HeadendError):
    """There is no such title, episode or file, or it is not shown."""

    code = "title_unknown"


class PartnerRefused(HeadendError):
    """A content partner said no, or something that makes no sense."""

    code = "partner_refused"


class PartnerMissing(PartnerRefused):
    """Nobody has set up the partner that this provider's titles come from."""

    code = "partner_missing"


class PartnerAway(PartnerRefused):
    """The partner did not answer."""

    code = "partner_away"
