"""Long bodies in which only the caller's token differs, made ready once: plain, and compressed with gzip.

A channel list is the same for thousands of devices but for the token in the address of every channel. Plain, the
body is kept in parts between which the token is put. Compressed it is kept in parts too: the first token of a chunk
lies in a stored block, and the compressor, which has seen a placeholder there, writes every later token as a copy of
the first (RFC 1951, sections 3.2.3 and 3.2.4). So one replacement changes them all. That this came true is tried out
with another token for each chunk; where it did not, each token gets a stored block. The checksum of gzip (RFC 1952)
follows from that of the placeholder's body, since CRC-32 is linear.

A body consists of chunks, so that a change of one row costs the compression of one chunk.
"""

import secrets
import zlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

TOKEN_LENGTH = 32  # characters of kernel.tokens.new_token

MARK = secrets.token_urlsafe(24)
"""What rows have in place of the token: random, so that nobody can put it into a name."""

# What the compressor sees: bytes that no text has, so that no text is copied from the token. All of them differ, and
# _OTHER differs at every place, so that a copy from a wrong place within the token shows.
_PLACEHOLDER = bytes((*range(0x01, 0x09), *range(0x0E, 0x19), 0xC0, 0xC1, *range(0xF5, 0x100)))
_OTHER = _PLACEHOLDER[1:] + _PLACEHOLDER[:1]

_MARK = MARK.encode()
_LEVEL = 6
_WINDOW = 32768
_STORED = b"\0" + TOKEN_LENGTH.to_bytes(2, "little") + (TOKEN_LENGTH ^ 0xFFFF).to_bytes(2, "little")
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LAST_BLOCK = b"\x03\0"


class Chunk:
    """A stretch of a body; `text` has the mark where the token goes."""

    def __init__(self, text: bytes) -> None:
        self.parts = tuple(text.split(_MARK))
        self._text = _PLACEHOLDER.join(self.parts)

    def __len__(self) -> int:
        return len(self._text)

    @cached_property
    def packed(self) -> tuple[bytes, ...]:
        """Whole deflate blocks to be joined by the token: `token.join(packed)` is what `token.join(parts)` says."""
        if len(self.parts) == 1:
            return (_deflate(self._text),)
        before = self.parts[0]
        seen = before + _PLACEHOLDER
        packed = (_deflate(before) + _STORED, _deflate(self._text[len(seen) :], seen))
        return packed if self._gives(packed) else self._with_stored_tokens()

    def _gives(self, packed: Sequence[bytes]) -> bool:
        return _inflate(_OTHER.join(packed)) == _OTHER.join(self.parts)

    def _with_stored_tokens(self) -> tuple[bytes, ...]:
        deflated = [_deflate(part) for part in self.parts]
        return (*(part + _STORED for part in deflated[:-1]), deflated[-1])

    @cached_property
    def checksum(self) -> tuple[int, int, int]:
        """CRC-32 with the placeholder; what the tokens' bits weigh in it; the factor of what stands before."""
        marks = _UNIT.join(bytes(len(part)) for part in self.parts)
        weight = zlib.crc32(marks) ^ zlib.crc32(bytes(len(marks)))
        return zlib.crc32(self._text), weight, _power(8 * len(self._text))


class Body:
    """A body made of chunks, ready to be sent to any token of TOKEN_LENGTH."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = tuple(chunks)
        self._parts = chain(chunk.parts for chunk in self._chunks)
        self.size = sum(map(len, self._chunks))  # with a token of TOKEN_LENGTH

    def plain(self, token: bytes) -> "Tokened":
        """The body with this token."""
        return Tokened(token, self._parts)

    def gzip(self, token: bytes) -> "Tokened":
        """The same, compressed; the token must have TOKEN_LENGTH."""
        pieces, trailer, crc, (first, second, third, fourth), size = self._packed
        change = zlib.crc32(token) ^ _PLACEHOLDER_CRC
        crc ^= first[change & 255] ^ second[change >> 8 & 255] ^ third[change >> 16 & 255] ^ fourth[change >> 24]
        return Tokened(token, [*pieces, trailer + crc.to_bytes(4, "little") + size])

    @cached_property
    def packed_size(self) -> int:
        """The length of what `gzip` gives, the same for every token."""
        return len(self.gzip(_PLACEHOLDER).whole())

    @cached_property
    def _packed(self) -> tuple[tuple[bytes, ...], bytes, int, list[list[int]], bytes]:
        *pieces, trailer = chain([(_GZIP_HEAD,), *(chunk.packed for chunk in self._chunks), (_LAST_BLOCK,)])
        crc, weight = 0, 0
        for chunk in self._chunks:
            its_crc, its_weight, factor = chunk.checksum
            crc, weight = _multiply(crc, factor) ^ its_crc, _multiply(weight, factor) ^ its_weight
        return tuple(pieces), trailer, crc, _by_byte(weight), (self.size & 0xFFFFFFFF).to_bytes(4, "little")


class Tokened(NamedTuple):
    """A body that has not been put together yet."""

    token: bytes
    pieces: list[bytes]

    def whole(self, before: bytes = b"") -> bytes:
        """Put it together, with something before it, in one go: it may be long."""
        # There are hundreds of pieces: to copy their list would take as long as a tenth of the joining.
        first = self.pieces[0]
        self.pieces[0] = before + first
        try:
            return self.token.join(self.pieces)
        finally:
            self.pieces[0] = first


class Part(NamedTuple):
    """A packed part of a long body that has no tokens; `factor` is what its length does to a checksum before it."""

    packed: bytes
    size: int
    crc: int
    factor: int

    @classmethod
    def of(cls, text: bytes) -> "Part":
        return cls(_deflate(text), len(text), zlib.crc32(text), _power(8 * len(text)))

    def text(self) -> bytes:
        """What was packed."""
        return _inflate(self.packed)


def gzip_of_parts(parts: Iterable[Part]) -> bytes:
    """Put packed parts together to one compressed body."""
    packed, size, crc = [_GZIP_HEAD], 0, 0
    for part in parts:
        packed.append(part.packed)
        size += part.size
        crc = _multiply(crc, part.factor) ^ part.crc
    return b"".join((*packed, _LAST_BLOCK, crc.to_bytes(4, "little"), (size & 0xFFFFFFFF).to_bytes(4, "little")))


def chain(lists: Iterable[Sequence[bytes]]) -> list[bytes]:
    """Put lists of parts one behind the other: the last part of one and the first of the next become one."""
    whole = [b""]
    for parts in lists:
        whole[-1] += parts[0]
        whole += parts[1:]
    return whole


def _deflate(text: bytes, seen: bytes = b"") -> bytes:
    """Compress to blocks that end on a byte and are not the last; `seen` stands before and may be copied from."""
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, zdict=seen[-_WINDOW:])
    return deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH)


def _inflate(blocks: bytes) -> bytes:
    return zlib.decompressobj(-15).decompress(blocks)


# --- CRC-32 as arithmetic: polynomials over GF(2) modulo its polynomial, the highest bit being x to the 0 ---

_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31


def _multiply(a: int, b: int) -> int:
    product = 0
    while a:
        if a & _ONE:
            product ^= b
        a = a << 1 & 0xFFFFFFFF
        b = b >> 1 ^ (_POLYNOMIAL if b & 1 else 0)
    return product


def _power(exponent: int) -> int:
    """X to the exponent: what appending so many zero bits does to a checksum."""
    result, square = _ONE, _ONE >> 1
    while exponent:
        if exponent & 1:
            result = _multiply(square, result)
        square = _multiply(square, square)
        exponent >>= 1
    return result


def _by_byte(factor: int) -> list[list[int]]:
    """Tables to multiply with `factor` byte by byte, the lowest first."""
    tables = []
    for shift in (0, 8, 16, 24):
        table = [0]
        for bit in range(8):
            product = _multiply(1 << bit + shift, factor)
            table += [product ^ lower for lower in table]
        tables.append(table)
    return tables


_PLACEHOLDER_CRC = zlib.crc32(_PLACEHOLDER)

# As long as a token, and its bits together weigh exactly one: 2**32 - 1 is the order of x.
_UNIT = bytes(TOKEN_LENGTH - 4) + _power(2**32 - 1 - 32).to_bytes(4, "little")
