"""Who may log in, and how long change rows are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.factories import make_dealer, make_operator, make_staff

from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.operators.actions import create_staff, forget_changes
from headend.operators.models import AuditEntry, Change, Staff
from headend.operators.rules import Role

pytestmark = pytest.mark.django_db

ACTOR = system("test")
GOOD = "a long enough phrase"


def test_superuser_needs_no_operator() -> None:
    staff = create_staff(actor=ACTOR, username="root", password=GOOD, role=Role.SUPERUSER)
    assert (staff.is_staff, staff.is_superuser, staff.operator) == (True, True, None)
    assert staff.check_password(GOOD)
    assert AuditEntry.objects.get().changes["password"] == "changed"
    assert GOOD not in str(AuditEntry.objects.get().changes)


def test_others_work_for_an_operator() -> None:
    dealer = make_dealer()
    staff = create_staff(
        actor=ACTOR, username="ugo", password=GOOD, role=Role.DEALER, operator=dealer.operator, dealer=dealer
    )
    assert (staff.is_staff, staff.is_superuser, staff.operator, staff.dealer) == (True, False, dealer.operator, dealer)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"password": "short"}, "password"),
        ({"password": "1234567890"}, "password"),
        ({"password": "somebody-else", "username": "somebody-els"}, "password"),
        ({"username": ""}, "username"),
        ({"username": "no spaces"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"username": "taken"}, "username"),
        ({"role": Role.SUPPORT}, "operator"),
    ],
)
def test_who_cannot_be(fields: dict[str, Any], place: str) -> None:
    make_staff(username="taken", operator=make_operator())
    given: dict[str, Any] = {"username": "root", "password": GOOD, "role": Role.SUPERUSER} | fields
    with pytest.raises(Invalid) as caught:
        create_staff(actor=ACTOR, **given)
    assert caught.value.place == place
    assert Staff.objects.count() == 1


def test_old_change_rows_are_forgotten_and_the_newest_stays() -> None:
    now = datetime(2027, 1, 15, tzinfo=UTC)
    Change.objects.bulk_create([Change(entity="x") for _ in range(4)])
    ids = list(Change.objects.values_list("pk", flat=True))
    for number, age in zip(ids, (3, 2, 0, 5), strict=True):
        Change.objects.filter(pk=number).update(at=now - timedelta(days=age))
    assert forget_changes(before=now - timedelta(days=1)) == 2
    assert list(Change.objects.values_list("pk", flat=True)) == ids[2:]
    assert forget_changes(before=now - timedelta(days=1)) == 0
