"""What is told to people of ingest, and how long it is kept."""

from datetime import datetime

from headend.ingest.models import LogEntry
from headend.operators.actions import forget


def forget_log(*, before: datetime) -> int:
    """Delete log entries from before a moment, a few hundred in each transaction; says how many.

    Entries come in the order of their times, so that only those are read that go.
    """
    oldest_kept = LogEntry.objects.filter(at__gte=before).order_by("pk").values_list("pk", flat=True).first()
    old = LogEntry.objects.filter(at__lt=before) if oldest_kept is None else LogEntry.objects.filter(pk__lt=oldest_kept)
    return forget(old.order_by("pk"))
