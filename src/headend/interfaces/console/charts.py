"""Small charts drawn as SVG, for which no script is needed: lines, and bars beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format

WIDTH, HEIGHT = 600, 120


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `points` as SVG wants them, in a box of WIDTH by HEIGHT; `zero` is how deep zero lies in it. `last` and
    `highest` are written beside it."""

    title: Any
    points: str
    last: str
    highest: str
    zero: float = HEIGHT


def line_chart(title: Any, at: Sequence[float], values: Sequence[float | None]) -> Line | None:
    """A line through values; `at` says where between 0 and 1 each stands. None when there is no value."""
    known = [(place, value) for place, value in zip(at, values, strict=True) if value is not None]
    if not known:
        return None
    highest, lowest = (pick((value for _place, value in known)) for pick in (max, min))
    top, bottom = max(highest, 0.0), min(lowest, 0.0)
    scale = HEIGHT / max(top - bottom, 1e-9)
    points = " ".join(f"{place * WIDTH:.1f},{(top - value) * scale:.1f}" for place, value in known)
    return Line(title, points, number_format(known[-1][1]), number_format(highest), round(top * scale, 1))


PLOT_HEIGHT, GROUND, STEP = 120, 130, 100


@dataclass(frozen=True, slots=True)
class Bar:
    """Two bars side by side with what they are called: their values in words, and where they stand, in pixels."""

    label: str
    x: int
    first: str
    first_y: int
    first_height: int
    second: str
    second_y: int
    second_height: int


def bar_chart(labels: Sequence[str], first: Sequence[float], second: Sequence[float]) -> list[Bar]:
    """Pairs of bars, one for each label; what is below zero has no height."""
    highest = max((*first, *second, 1e-9))
    return [
        Bar(label, number * STEP + 16, *_bar(one, highest), *_bar(two, highest))
        for number, (label, one, two) in enumerate(zip(labels, first, second, strict=True))
    ]


def _bar(value: float, highest: float) -> tuple[str, int, int]:
    height = round(PLOT_HEIGHT * max(value, 0.0) / highest)
    return number_format(round(value, 2), force_grouping=True), GROUND - height, height
