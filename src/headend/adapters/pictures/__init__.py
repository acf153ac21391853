"""Pictures that people and programs hand in: fetched, checked, scaled and kept as files."""

from collections.abc import Sequence
from pathlib import Path

from headend.adapters.pictures.keeping import KeptPictures


def pictures_in(folder: Path, *, allowed_networks: Sequence[str]) -> KeptPictures:
    """The pictures of a data directory; `allowed_networks` may be fetched from beside the public internet."""
    return KeptPictures(folder / "media", allowed_networks)
