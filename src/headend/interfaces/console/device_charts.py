"""A device's last day as small charts: lines drawn as SVG, for which no script is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from headend.monitoring.queries import metrics_of
from headend.subscribers.models import Device

SHOWN = timedelta(days=1)
MOST_POINTS = 2000
WIDTH, HEIGHT = 600, 120


@dataclass(frozen=True, slots=True)
class Chart:
    """One line: `points` as SVG wants them, in a box of WIDTH by HEIGHT; `last` and `highest` are written beside it."""

    title: Any
    points: str
    last: str
    highest: str


def charts_of(device: Device, until: datetime) -> list[Chart]:
    """The charts of a device's metrics in the day before a moment; those without a figure are left out."""
    since = until - SHOWN
    fields = ("received_at", "cpu_load", "memory_used", "cc_errors", "rtp_errors", "decoding_errors")
    rows = list(metrics_of(device, since).filter(received_at__lte=until).values_list(*fields)[:MOST_POINTS])
    at = [(row[0] - since) / SHOWN for row in rows]
    lines = (
        (_("CPU load"), [row[1] for row in rows]),
        (_("Memory in use"), [row[2] for row in rows]),
        (_("Errors"), [_sum(row[3:]) for row in rows]),
    )
    return [chart for title, values in lines if (chart := _chart(title, at, values))]


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _chart(title: Any, at: Sequence[float], values: Sequence[float | None]) -> Chart | None:
    known = [(place, value) for place, value in zip(at, values, strict=True) if value is not None]
    if not known:
        return None
    highest = max(value for _place, value in known)
    scale = max(highest, 1e-9)
    points = " ".join(f"{place * WIDTH:.1f},{HEIGHT - max(0.0, value) / scale * HEIGHT:.1f}" for place, value in known)
    return Chart(title, points, number_format(known[-1][1]), number_format(highest))
