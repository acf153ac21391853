"""What can be wrong with what devices tell of themselves.

HeadendError
├── UnknownDevice
└── BadKey
"""

from headend.kernel.errors import HeadendError


class UnknownDevice(HeadendError):
    """No device of this id is bound to an account, or several operators have one and the caller names none."""

    code = "unknown_device"


class BadKey(HeadendError):
    """What should be an RSA public key is none, or too weak a one."""

    code = "bad_key"
