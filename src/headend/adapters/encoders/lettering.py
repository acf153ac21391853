"""Pictures with words on them, without a font: a bare server has none installed.

Capitals, figures and a little punctuation, five dots wide and seven high. Small letters become capitals, accents
are left out, and what has no shape here becomes a hollow box.
"""

from dataclasses import dataclass, field
from typing import TypeAlias
from unicodedata import combining, normalize

Colour: TypeAlias = tuple[int, int, int]

GLYPH_WIDTH, GLYPH_HEIGHT, ADVANCE = 5, 7, 6

# Seven rows of two hex digits, top first; the lowest five bits are the dots, the leftmost the highest.
_SHAPES = {
    " ": "00000000000000",
    "!": "04040404040004",
    "&": "0C12140815120D",
    "'": "04040800000000",
    "(": "02040808080402",
    ")": "08040202020408",
    "+": "0004041F040400",
    ",": "00000000040408",
    "-": "0000001F000000",
    ".": "00000000000C0C",
    "/": "01010204081010",
    ":": "000C0C000C0C00",
    "?": "0E110102040004",
    "0": "0E11131519110E",
    "1": "040C040404040E",
    "2": "0E11010204081F",
    "3": "1F02040201110E",
    "4": "02060A121F0202",
    "5": "1F101E0101110E",
    "6": "0608101E11110E",
    "7": "1F010204080808",
    "8": "0E11110E11110E",
    "9": "0E11110F01020C",
    "A": "0E11111F111111",
    "B": "1E11111E11111E",
    "C": "0E11101010110E",
    "D": "1E11111111111E",
    "E": "1F10101E10101F",
    "F": "1F10101E101010",
    "G": "0E11101711110F",
    "H": "1111111F111111",
    "I": "0E04040404040E",
    "J": "0702020202120C",
    "K": "11121418141211",
    "L": "1010101010101F",
    "M": "111B1515111111",
    "N": "11111915131111",
    "O": "0E11111111110E",
    "P": "1E11111E101010",
    "Q": "0E11111115120D",
    "R": "1E11111E141211",
    "S": "0F10100E01011E",
    "T": "1F040404040404",
    "U": "1111111111110E",
    "V": "11111111110A04",
    "W": "1111111515150A",
    "X": "11110A040A1111",
    "Y": "11110A04040404",
    "Z": "1F01020408101F",
}
_BOX = "1F11111111111F"


def width_of(text: str, dot: int) -> int:
    """Give the width in pixels of a line whose dots are `dot` pixels wide."""
    letters = len(_letters(text))
    return (letters * ADVANCE - 1) * dot if letters else 0


@dataclass(slots=True)
class Picture:
    """An RGB picture of 8 bits a channel, rows from the top; `pixels` has width x height x 3 bytes."""

    width: int
    height: int
    pixels: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.pixels = self.pixels or bytearray(self.width * self.height * 3)

    def copy(self) -> "Picture":
        return Picture(self.width, self.height, bytearray(self.pixels))

    def shade(self, top: Colour, bottom: Colour) -> None:
        """Fill the picture from one colour at the top to another at the bottom."""
        for y in range(self.height):
            blend = (a + (b - a) * y // self.height for a, b in zip(top, bottom, strict=True))
            self.box(0, y, self.width, 1, tuple(blend))  # type: ignore[arg-type]

    def box(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill a rectangle; what lies outside the picture is left out."""
        left, right = max(0, x), min(self.width, x + width)
        row = bytes(colour) * max(0, right - left)
        for line in range(max(0, y), min(self.height, y + height)):
            start = (line * self.width + left) * 3
            self.pixels[start : start + len(row)] = row

    def centred(self, y: int, dot: int, text: str, colour: Colour) -> None:
        """Write one line in the middle, its top at `y`, with dots of `dot` pixels."""
        x = (self.width - width_of(text, dot)) // 2
        for place, letter in enumerate(_letters(text)):
            self._letter(x + place * ADVANCE * dot, y, dot, letter, colour)

    def _letter(self, x: int, y: int, dot: int, letter: str, colour: Colour) -> None:
        for row, bits in enumerate(bytes.fromhex(_SHAPES.get(letter, _BOX))):
            for column in range(GLYPH_WIDTH):
                if bits >> (GLYPH_WIDTH - 1 - column) & 1:
                    self.box(x + column * dot, y + row * dot, dot, dot, colour)


def _letters(text: str) -> str:
    return "".join(letter for letter in normalize("NFKD", text).upper() if not combining(letter))
