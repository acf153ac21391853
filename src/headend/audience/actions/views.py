"""Every write on views. What devices report daily is nobody's decision: there are no audit entries and no news."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from headend.audience.errors import NoSuchChannel, ReportedTooOften
from headend.audience.models import View, ViewKind
from headend.audience.queries import last_view
from headend.catalog.models import Channel
from headend.operators.actions import forget
from headend.subscribers.models import Account

LASTS_FOR = timedelta(minutes=10)  # without a report, after which a view is over
LEAST_BETWEEN = timedelta(seconds=2)  # between two reports of one view


@dataclass(frozen=True, slots=True)
class Report:
    """What a device says of itself while it is watching."""

    device_uid: str
    device_type: str
    channel_id: int
    number: int
    programme: int | None = None
    kind: ViewKind = ViewKind.LIVE
    timeshift_hours: int = 0


@transaction.atomic
def report_view(*, account: Account, report: Report, now: datetime) -> View:
    """Begin a view, or prolong the one that the device reported last.

    Raises NoSuchChannel, and ReportedTooOften when nothing can have changed since the last report.
    """
    Account.objects.select_for_update().get(pk=account.pk)  # a device may report twice at once
    if not Channel.objects.of(account.operator_id).filter(pk=report.channel_id).exists():
        raise NoSuchChannel(f"there is no channel {report.channel_id}")
    view = last_view(account, report.device_uid, now - LASTS_FOR)
    if view is None or not _goes_on(view, report):
        return _begin(account, report, now)
    if now - view.last_report_at < LEAST_BETWEEN:
        raise ReportedTooOften("reported too often")
    view.last_report_at, view.programme = now, report.programme or view.programme
    view.save(update_fields=["last_report_at", "programme"])
    return view


def _goes_on(view: View, report: Report) -> bool:
    return (view.number, view.channel_id, view.kind) == (report.number, report.channel_id, report.kind)


def _begin(account: Account, report: Report, now: datetime) -> View:
    view: View = View.objects.create(
        operator_id=account.operator_id,
        account=account,
        device_uid=report.device_uid,
        device_type=report.device_type,
        channel_id=report.channel_id,
        programme=report.programme,
        kind=report.kind,
        number=report.number,
        timeshift_hours=report.timeshift_hours,
        began_at=now,
        last_report_at=now,
    )
    return view


def forget_views(*, before: datetime) -> int:
    """Delete views that began before a moment, a few hundred in each transaction; says how many."""
    return forget(View.objects.filter(began_at__lt=before).order_by("began_at"))
