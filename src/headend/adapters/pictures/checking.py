"""Reads a picture that a stranger made, and writes one of our own that looks the same.

What is kept is never what came: only the pixels come over, so that no metadata, no script and no second file that hides
in the first is ever served.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from headend.catalog.errors import PictureRefused
from headend.catalog.pictures import LARGEST_FILE, MOST_PIXELS

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
QUALITY = 88  # of JPEG
BLUR = 12  # of a blurred picture, in pixels
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, OverflowError)


class Drawn(NamedTuple):
    """A picture ready to be kept: PNG when something shines through, else JPEG, which every set-top box reads."""

    data: bytes
    suffix: str


def redrawn(data: bytes, limit: tuple[int, int], *, is_blurred: bool = False) -> Drawn:
    """Read a picture of whatever name, of a GIF the first frame, and draw it anew. Raises PictureRefused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a broken picture is refused or drawn; nobody reads warnings here
        picture = _read(data, limit)
    if is_blurred:
        picture = picture.filter(ImageFilter.GaussianBlur(BLUR))
    file = BytesIO()
    if picture.mode == "RGB":
        picture.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=False)
        return Drawn(file.getvalue(), ".jpg")
    picture.save(file, "PNG", optimize=True)
    return Drawn(file.getvalue(), ".png")


def size_of(data: bytes) -> tuple[int, int]:
    """The width and height of a picture that can be drawn from its first to its last line. Raises PictureRefused."""
    if len(data) > LARGEST_FILE:
        raise PictureRefused(f"more than {LARGEST_FILE >> 20} MiB")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _opened(data) as picture:
            picture.load()
            return picture.size


def _read(data: bytes, limit: tuple[int, int]) -> Image.Image:
    with _opened(data) as opened:
        opened.draft("RGB", limit)  # a large JPEG is unpacked small at once
        picture = ImageOps.exif_transpose(opened)
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail(limit, Image.Resampling.LANCZOS)
    return picture


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """A picture of one of our formats and of a sane size; whatever is wrong with it becomes PictureRefused."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as opened:
            _check_size(opened)
            yield opened
    except UnidentifiedImageError as error:
        raise PictureRefused(f"no picture, or none of {', '.join(FORMATS)}") from error
    except Image.DecompressionBombError as error:
        raise PictureRefused(f"more than {MOST_PIXELS // 10**6} million pixels") from error
    except _BROKEN as error:
        raise PictureRefused(f"the picture is broken ({type(error).__name__})") from error


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureRefused(f"{picture.width} x {picture.height} pixels; {MOST_PIXELS // 10**6} million are the most")
