"""Encryption with keys of our own."""

from pathlib import Path
from typing import ClassVar

from headend.adapters.encryptors.packager import Packager, Setup
from headend.ingest.errors import EncryptionFailed
from headend.ingest.ports import ContentKey, Encrypted, Progress, no_progress


class ShakaEncryptor:
    """The port `ingest.ports.Encryptor`: HLS and DASH with Common Encryption (ISO/IEC 23001-7), one raw key."""

    is_manual: ClassVar[bool] = False

    def __init__(self, setup: Setup) -> None:
        self._packager = Packager(setup)

    def encrypt(
        self, source: Path, target: Path, key: ContentKey | None, *, progress: Progress = no_progress
    ) -> Encrypted:
        if key is None:
            raise EncryptionFailed("there is no key to encrypt with")
        return self._packager.package(source, target, key, progress)
