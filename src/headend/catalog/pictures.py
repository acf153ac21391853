"""How large the pictures of the service are kept. Pure."""

from enum import StrEnum

LARGEST_FILE = 12 * 1024**2
"""Bytes that a picture may have as it comes."""

MOST_PIXELS = 25_000_000
"""Of a picture as it comes; unpacked each takes three or four bytes."""


class PictureKind(StrEnum):
    """What a picture is for, which decides how large it is kept."""

    LOGO = "logo"
    POSTER = "poster"
    SMALL_POSTER = "small_poster"
    SCREENSHOT = "screenshot"
    BLURRED = "blurred"
    PERSON = "person"
    BANNER = "banner"

    @property
    def limit(self) -> tuple[int, int]:
        """The greatest width and height in pixels; larger ones are made smaller, smaller ones stay."""
        return _LIMITS[self]


_LIMITS = {
    PictureKind.LOGO: (320, 240),
    PictureKind.POSTER: (800, 800),
    PictureKind.SMALL_POSTER: (300, 300),
    PictureKind.SCREENSHOT: (1280, 720),
    PictureKind.BLURRED: (1280, 720),
    PictureKind.PERSON: (800, 800),
    PictureKind.BANNER: (1280, 720),
}
