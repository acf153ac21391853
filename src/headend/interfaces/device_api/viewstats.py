"""What devices report of watching."""

from headend.audience.actions import Report, report_view
from headend.audience.errors import NoSuchChannel, ReportedTooOften
from headend.audience.models import ViewKind
from headend.interfaces.device_api import VIEWSTATS_API
from headend.interfaces.wire.callers import Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields
from headend.subscribers.queries import subscriptions_of

_NOT_FOR_THESE = "devices of this type do not report viewing"
_LARGEST = 2**62


@VIEWSTATS_API.call(
    "StatPush",
    "GET",
    "/stat/push",
    errors={
        1: "a parameter is missing or bad",
        2: "the records do not answer",
        3: _NOT_FOR_THESE,
        4: "reported too often",
    },
    refusals={NoSuchChannel: 1, ReportedTooOften: 4},
)
def push(  # noqa: PLR0913 - the wire's own parameters
    viewer: Viewer,
    channel_id: int,
    channel_session: int,
    program_id: int | None = None,
    timeshift_offset: int = 0,
    type: str = ViewKind.LIVE.value,  # noqa: A002 - the wire's word
    previous_channel_id: int | None = None,
) -> Fields:
    """Take a report that the device watches a channel; sent every minute or so, and with each zap.

    Choice: a view ends ten minutes after its last report. Reports of one view less than two seconds apart are too
    many. `previous_channel_id` is accepted: the view before says the same.
    """
    _check_reporting(viewer)
    del previous_channel_id
    if type not in ViewKind.values or not abs(timeshift_offset) <= 24 or abs(channel_session) > _LARGEST:
        raise Refused(1)
    report = Report(
        device_uid=viewer.device_uid,
        device_type=viewer.session.device_type.system_name if viewer.session.device_type else "",
        channel_id=channel_id,
        number=channel_session,
        programme=program_id,
        kind=ViewKind(type),
        timeshift_hours=timeshift_offset,
    )
    report_view(account=viewer.account, report=report, now=viewer.now)
    return {}


@VIEWSTATS_API.call("CustomerStatsInfo", "GET", "/stat/customer/info", errors={3: _NOT_FOR_THESE})
def customer(viewer: Viewer) -> Fields:
    """Tell a statistics service whose device it has before it."""
    _check_reporting(viewer)
    account, customer_ = viewer.account, viewer.account.customer
    held = subscriptions_of(account).filter(starts_at__lte=viewer.now).select_related("tariff").order_by("tariff_id")
    tariffs = {each.tariff for each in held if each.ends_at is None or each.ends_at > viewer.now}
    return {
        "account_id": account.pk,
        "customer_id": customer_.pk,
        "customer_full_name": " ".join(
            filter(None, (customer_.last_name, customer_.first_name, customer_.middle_name))
        ),
        "tariffs": [
            {"id": each.pk, "name": viewer.name_of(each), "price": float(each.price)}
            for each in sorted(tariffs, key=lambda tariff: tariff.pk)
        ],
        "city_id": account.city,
        "city_name": account.city,
    }


def _check_reporting(viewer: Viewer) -> None:
    if viewer.device_type is not None and not viewer.device_type.reports_enabled:
        raise Refused(3)
