"""What can keep an account from advertising.

HeadendError
├── AdsDisabled
└── FrequencyCapped
"""

from headend.kernel.errors import HeadendError


class AdsDisabled(HeadendError):
    """The operator shows no advertising."""

    code = "ads_disabled"


class FrequencyCapped(HeadendError):
    """There are blocks for this moment, but the account has seen as many as it may; `next_at` is when it may again
    (seconds since the epoch).
    """

    code = "frequency_capped"

    def __init__(self, next_at: int) -> None:
        super().__init__(f"no block may be shown before {next_at}")
        self.next_at = next_at
