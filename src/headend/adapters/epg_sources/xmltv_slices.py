"""Finds programmes in the bytes of a guide, much quicker than any parser reads them, and shortens those that are known.

Nothing depends on finding them right: what is found goes to the parser like all the rest, in order, and the parser says
where a programme really begins. A known programme was parsed in full when it came first, in the very same bytes.
"""

from collections.abc import Iterator
from hashlib import sha1
from typing import BinaryIO, NamedTuple

from headend.catalog.ports import Known

BEGIN, END = b"<programme", b"</programme>"


class Mark(NamedTuple):
    """What is known of the programme at some place: the digest of its bytes, and whether only its start tag is left."""

    fingerprint: int = 0
    is_known: bool = False


UNMARKED = Mark()


class Recogniser:
    """Reads a guide in chunks in which known programmes are shortened to their start tags and as many lines.

    `marks` has the programmes of the last chunk, by how many bytes were given before them.
    """

    def __init__(self, known: Known, key: bytes) -> None:
        self.marks: dict[int, Mark] = {}
        self._known = known
        self._salt = _digest(known.salt + key)

    def chunks(self, stream: BinaryIO, size: int, longest: int) -> Iterator[bytes]:
        """Give the guide; a programme of more than `longest` bytes is passed on in pieces."""
        rest, given = b"", 0
        while chunk := stream.read(size):
            text = rest + chunk
            after = text.rfind(END) + len(END)
            if after < len(END) and len(text) <= longest:
                rest = text
                continue
            after = after if after >= len(END) else len(text)
            shortened = self._shorten(text[:after], given)
            yield shortened
            given += len(shortened)
            rest = text[after:]
        yield rest

    def _shorten(self, text: bytes, given: int) -> bytes:
        """Mark the programmes in a chunk that ends with one, and shorten the known ones."""
        self.marks.clear()
        parts: list[bytes] = []
        size = position = 0
        while (end := text.find(END, position)) >= 0:
            after = end + len(END)
            begin = text.rfind(BEGIN, position, end)
            if begin >= 0:
                programme = text[begin:after]
                mark, left = self._recognise(programme)
                self.marks[given + size + begin - position] = mark
                parts += (text[position:begin], left)
                size += begin - position + len(left)
            else:
                parts.append(text[position:after])
                size += after - position
            position = after
        return b"".join((*parts, text[position:]))

    def _recognise(self, programme: bytes) -> tuple[Mark, bytes]:
        fingerprint = _digest(programme) ^ self._salt
        if fingerprint in self._known:
            tag = programme[: programme.find(b">") + 1]
            # Within an attribute `>` is no end of the tag; an odd quote tells.
            if not (tag.count(b'"') % 2 or tag.count(b"'") % 2):
                return Mark(fingerprint, is_known=True), tag + b"\n" * programme[len(tag) :].count(b"\n") + END
        return Mark(fingerprint), programme


def _digest(text: bytes) -> int:
    # Processors have SHA-1, which makes it twice as quick here; nobody gains by a guide that equals another.
    return int.from_bytes(sha1(text, usedforsecurity=False).digest()[:8], "big", signed=True)
