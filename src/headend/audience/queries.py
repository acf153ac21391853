"""Reading views."""

from datetime import datetime

from headend.audience.models import View
from headend.subscribers.models import Account


def last_view(account: Account, device_uid: str, since: datetime) -> View | None:
    """The view that a device reported last, if that was not before a moment."""
    views = View.objects.filter(account=account, device_uid=device_uid, last_report_at__gte=since)
    found: View | None = views.order_by("-last_report_at").first()
    return found
