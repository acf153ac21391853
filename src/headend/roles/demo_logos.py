"""The logos of the demonstration's channels: PNG files, which every player shows, in the colours of the loops."""

import struct
import zlib
from pathlib import Path

from headend.adapters.encoders.lettering import Colour, Picture, width_of
from headend.roles.demo_loops import LOOPS

FOLDER = "media/demo"
SIZE = 360
WHITE: Colour = (255, 255, 255)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def write_logos(data: Path) -> dict[str, str]:
    """Write a logo for each loop into the data directory; gives the addresses that we serve them under, by loop."""
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for loop in LOOPS:
        (folder / f"{loop.name}.png").write_bytes(png(_logo(loop.caption, loop.colour)))
    (folder / "operator.png").write_bytes(png(_logo("Demo", (40, 60, 200))))
    return {name: f"/{FOLDER}/{name}.png" for name in ("operator", *(loop.name for loop in LOOPS))}


def _logo(caption: str, colour: Colour) -> Picture:
    picture = Picture(SIZE, SIZE)
    light = (min(255, colour[0] + 60), min(255, colour[1] + 60), min(255, colour[2] + 60))
    picture.shade(light, colour)
    first = caption.split()[0][0]
    picture.centred(60, 24, first, WHITE)
    dot = 8 if width_of(caption, 8) < SIZE - 40 else 5
    picture.box(0, 256, SIZE, 4, WHITE)
    picture.centred(288 - dot, dot, caption, WHITE)
    return picture


def png(picture: Picture) -> bytes:
    """Encode a picture as PNG: 8-bit RGB, no filter, not interlaced (PNG specification, third edition, 5 and 11.2)."""
    stride = picture.width * 3
    rows = (picture.pixels[start : start + stride] for start in range(0, len(picture.pixels), stride))
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
