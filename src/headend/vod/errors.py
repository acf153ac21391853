"""What vod refuses.

HeadendError
├── TitleUnknown
├── PartnerRefused
│   ├── PartnerMissing
│   └── PartnerAway
└── MetadataFailed
    ├── MetadataMissing
    ├── MetadataAway
    ├── MetadataBlocked
    ├── MetadataUnknown
    ├── MetadataUnreadable
    ├── MetadataLimited
    └── MetadataBusy
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


class MetadataFailed(HeadendError):
    """A film database gave nothing that could be used."""

    code = "metadata_failed"


class MetadataMissing(MetadataFailed):
    """No film database is configured, or it has no key, or does not take the one it has."""

    code = "metadata_missing"


class MetadataAway(MetadataFailed):
    """The film database did not answer."""

    code = "metadata_away"


class MetadataBlocked(MetadataFailed):
    """The film database does not let us in."""

    code = "metadata_blocked"


class MetadataUnknown(MetadataFailed):
    """The film database has no such film or person."""

    code = "metadata_unknown"


class MetadataUnreadable(MetadataFailed):
    """The film database answered what nobody can read."""

    code = "metadata_unreadable"


class MetadataLimited(MetadataFailed):
    """The film database has been asked too often."""

    code = "metadata_limited"


class MetadataBusy(MetadataFailed):
    """Somebody else is loading the same at this moment."""

    code = "metadata_busy"
