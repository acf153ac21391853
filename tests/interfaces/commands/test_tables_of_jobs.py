"""Commands of the field: each is there with its options, also where there is nothing to do."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from tests.factories import make_account, make_channel

from headend.audience.models import View

pytestmark = pytest.mark.django_db

IDLE = {
    "cache_channel_list": (),
    "cache_customers_dynamic": ("--client_id", "1", "2"),
    "cache_max_online": (),
    "check_events": (),
    "check_stream_services": (),
    "check_streams": (),
    "clear_customer_log": ("--days", "30"),
    "collect_daily_stats": (),
    "epg_channel_import": ("--epg_source_id", "3", "--reimport_icons", "--fix_duplicates", "--verbose"),
    "epg_premiere_import": ("--epg_channel_id", "5"),
    "flushall": ("--flush-protected",),
    "megogo_sync_content": ("--load_actor_info",),
    "performance_test": ("-r", "-db", "-p", "-s", "100"),
    "recache_icons": (),
    "save_stats": (),
    "setup_initial_data": ("--no-sample-data",),
    "sync_geo_geoip": (),
    "sync_geo_ip2location": (),
    "tvzavr_sync_content": (),
}


def run(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("name", IDLE)
def test_nothing_to_do_is_said(name: str) -> None:
    assert run(name, *IDLE[name]).startswith("nothing to do: ")


def test_old_views_are_forgotten() -> None:
    account, now = make_account(), datetime.now(UTC)
    channel = make_channel(operator=account.operator)
    for days in (5, 20):
        began = now - timedelta(days=days)
        View.objects.create(
            operator=account.operator, account=account, device_uid="x", channel=channel, number=days,
            began_at=began, last_report_at=began,
        )  # fmt: skip
    assert run("reports_remove_old_data", "--days", "10") == "1 views deleted\n"
    assert View.objects.get().number == 5
    assert run("delete_old_reports", "--save-days", "3") == "0 reports deleted\n"
