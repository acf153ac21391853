"""Encryption with keys of our own."""

from typing import ClassVar

from headend.adapters.encryptors.packager import Packager


class ShakaEncryptor(Packager):
    """HLS and DASH with Common Encryption (ISO/IEC 23001-7), one raw key."""

    encrypts: ClassVar[bool] = True
