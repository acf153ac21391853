"""Makers of records for tests: plain functions, sensible defaults, any field by keyword. They write no change rows."""

from tests.factories.catalog import (
    make_category,
    make_channel,
    make_guide_channel,
    make_guide_source,
    make_programme,
    make_tariff,
)
from tests.factories.delivery import make_data_centre, make_maintenance, make_streaming_server
from tests.factories.operators import make_api_key, make_dealer, make_operator, make_staff
from tests.factories.subscribers import (
    PASSWORD,
    make_account,
    make_customer,
    make_device,
    make_device_type,
    make_operator_device_type,
    make_session,
    make_subscription,
)

__all__ = [
    "PASSWORD",
    "make_account",
    "make_api_key",
    "make_category",
    "make_channel",
    "make_customer",
    "make_data_centre",
    "make_dealer",
    "make_device",
    "make_device_type",
    "make_guide_channel",
    "make_guide_source",
    "make_maintenance",
    "make_operator",
    "make_operator_device_type",
    "make_programme",
    "make_session",
    "make_staff",
    "make_streaming_server",
    "make_subscription",
    "make_tariff",
]
