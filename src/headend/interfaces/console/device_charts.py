"""A device's last day as small charts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from headend.interfaces.console.charts import Line, line_chart
from headend.monitoring.queries import metrics_of
from headend.subscribers.models import Device

SHOWN = timedelta(days=1)
MOST_POINTS = 2000


def charts_of(device: Device, until: datetime) -> list[Line]:
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
    return [chart for title, values in lines if (chart := line_chart(title, at, values))]


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
