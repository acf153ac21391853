"""What can be wrong on a package's way from a provider's folder to the screen."""

from headend.kernel.errors import HeadendError


class WrongState(HeadendError):
    """A ticket is not in a state from which this can be done."""

    code = "wrong_state"


class LeaseLost(HeadendError):
    """Another process has taken over the work; whatever this one still does must not be written down."""

    code = "lease_lost"


class Stopped(HeadendError):
    """A step was told to stop before it was done."""

    code = "stopped"


class PackageRefused(HeadendError):
    """A package can be read and yet not be published; trying again does not help until something was changed."""

    code = "package_refused"


class NotAPackage(HeadendError):
    """The input is no package of this format; `line` counts from 1, 0 is the input as a whole."""

    code = "not_a_package"

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class TransferFailed(HeadendError):
    """An edge did not take a file. `is_final`: trying again does not help until somebody has changed something."""

    code = "transfer_failed"

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class EncryptionFailed(HeadendError):
    """A file could not be encrypted. `is_refused`: the file itself is at fault, and trying again does not help."""

    code = "encryption_failed"

    def __init__(self, message: str, *, is_refused: bool = False) -> None:
        super().__init__(message)
        self.is_refused = is_refused


class NotProbed(HeadendError):
    """A media file could not be looked into; `is_absent`: the program that does it is not there."""

    code = "not_probed"

    def __init__(self, message: str, *, is_absent: bool = False) -> None:
        super().__init__(message)
        self.is_absent = is_absent


class BrokenOff(HeadendError):
    """A program that works on a file was ended before it was done, so that nobody knows whether the file is good."""

    code = "broken_off"


class UploadFailed(HeadendError):
    """What was handed in could not be written."""

    code = "upload_failed"


class TooLarge(HeadendError):
    """What is handed in is larger than is taken."""

    code = "too_large"
