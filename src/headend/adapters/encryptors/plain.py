"""Packaging alone."""

from typing import ClassVar

from headend.adapters.encryptors.packager import Packager


class PlainPackager(Packager):
    """HLS and DASH in clear, whatever key it is given."""

    encrypts: ClassVar[bool] = False
