"""A person with another product encrypts, and reports the result at the ticket."""

from pathlib import Path
from typing import ClassVar

from headend.adapters.encryptors.packager import Setup
from headend.ingest.errors import EncryptionFailed
from headend.ingest.ports import ContentKey, Encrypted, Progress, no_progress


class ManualEncryptor:
    """The port `ingest.ports.Encryptor`, for what no program does."""

    is_manual: ClassVar[bool] = True

    def __init__(self, setup: Setup) -> None:
        del setup

    def encrypt(
        self, source: Path, target: Path, key: ContentKey | None, *, progress: Progress = no_progress
    ) -> Encrypted:
        raise EncryptionFailed(f"{source.name} is encrypted by hand: report the result at its ticket")
