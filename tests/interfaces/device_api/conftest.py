"""A gate with one fixed snapshot, and somebody who signs in."""

import pytest
from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import NOW, token

from headend.kernel.tokens import digest_of
from headend.subscribers.rules import AccountDetails, SessionView, SignedIn

NEW = token("new")
DETAILS: AccountDetails = {
    "number": 10_001,
    "customer_id": 7,
    "customer_external_id": "ext-7",
    "first_name": "Anna",
    "last_name": "Verdi & Co",
    "contract_number": "C-1",
    "currency": "EUR",
    "status_reason": "ACTIVE",
    "days_left": None,
    "parent_code": "1234",
    "last_channel_id": 11,
    "template": "impuls",
    "uses_timeshift": False,
    "timeshift_minutes": 0,
    "needs_settings_reset": True,
    "data_centre_id": None,
    "data_centres": [{"id": 1, "name": "Rome", "location": "IT"}],
    "meta": {"a": [1]},
}


def signed_in(
    *, uid: str = "02:00:00:00:00:01", device_type: str = "android", closed: tuple[str, ...] = ()
) -> SignedIn:
    session = SessionView(digest_of(NEW), 501, 5, uid, device_type, False, "192.0.2.1", NOW, NOW)
    return SignedIn(NEW, session, DETAILS, closed)


@pytest.fixture
def house() -> House:
    return House()
