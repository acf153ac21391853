"""Packaging alone."""

from pathlib import Path
from typing import ClassVar

from headend.adapters.encryptors.packager import Packager, Setup
from headend.ingest.ports import ContentKey, Encrypted, Progress, no_progress


class PlainPackager:
    """The port `ingest.ports.Encryptor`: HLS and DASH in clear, whatever key it is given."""

    is_manual: ClassVar[bool] = False

    def __init__(self, setup: Setup) -> None:
        self._packager = Packager(setup)

    def encrypt(
        self, source: Path, target: Path, key: ContentKey | None, *, progress: Progress = no_progress
    ) -> Encrypted:
        return self._packager.package(source, target, None, progress)
