"""What can be wrong with operators, keys and rights."""

from headend.kernel.errors import HeadendError, NotFound


class UnknownKey(HeadendError):
    """The key is not one of this operator's, or was revoked."""

    code = "unknown_key"


class OperatorLoop(HeadendError):
    """An operator cannot stand below itself."""

    code = "operator_loop"


class UnknownOperator(NotFound):
    """No operator of this number or name, or none was named where there are several."""

    code = "unknown_operator"


class AnswerPending(HeadendError):
    """The same request, with the same idempotency key, is being carried out."""

    code = "answer_pending"


class AnswerForAnother(HeadendError):
    """The idempotency key was used for another request."""

    code = "answer_for_another"
