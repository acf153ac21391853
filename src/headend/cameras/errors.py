"""What can be wrong with cameras."""

from headend.kernel.errors import NotFound


class UnknownCamera(NotFound):
    """There is no such camera for this account."""

    code = "unknown_camera"
