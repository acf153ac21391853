"""What can be wrong with webhooks."""

from headend.kernel.errors import HeadendError


class NotDelivered(HeadendError):
    """The endpoint did not take it. `status` is its HTTP status, 0 when it did not answer at all."""

    code = "not_delivered"

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
