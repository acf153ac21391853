"""What can be wrong with customers, accounts, devices and subscriptions.

HeadendError
├── Invalid
│   └── OfAnotherOperator
├── NumberTaken
├── DeviceOfAnother
├── TariffArchived
├── TariffHeld
├── BasicTariffHeld
└── BasicTariffMissing
"""

from headend.kernel.errors import HeadendError, Invalid


class OfAnotherOperator(Invalid):
    """Two records that belong to different operators cannot be tied to each other."""

    code = "of_another_operator"


class NumberTaken(HeadendError):
    """Another account of this operator has the number."""

    code = "number_taken"


class DeviceOfAnother(HeadendError):
    """The device is bound to another account of this operator."""

    code = "device_of_another"


class TariffArchived(HeadendError):
    """The tariff is archived: who holds it keeps it, nobody gets it any more."""

    code = "tariff_archived"


class TariffHeld(HeadendError):
    """The tariff is held already in that time."""

    code = "tariff_held"


class BasicTariffHeld(HeadendError):
    """Another basic tariff is held in that time; there is one at a time."""

    code = "basic_tariff_held"


class BasicTariffMissing(HeadendError):
    """An additional tariff needs a basic one beside it."""

    code = "basic_tariff_missing"
