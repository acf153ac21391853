"""What can be wrong with operators, keys and rights."""

from headend.kernel.errors import HeadendError


class UnknownKey(HeadendError):
    """The key is not one of this operator's, or was revoked."""

    code = "unknown_key"


class OperatorLoop(HeadendError):
    """An operator cannot stand below itself."""

    code = "operator_loop"
