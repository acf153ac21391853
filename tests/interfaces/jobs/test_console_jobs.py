"""What the console leaves behind is cleaned up."""

from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session

from headend.interfaces.jobs.console import forget_old_logins

pytestmark = pytest.mark.django_db


def test_expired_sessions_and_old_logins_are_forgotten():
    now = datetime.now(UTC)
    for name, days in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=name, session_data="", expire_date=now + timedelta(days=days))
    for name, days in (("old", 366), ("new", 364)):
        log = AccessLog.objects.create(username=name, ip_address="192.0.2.1")
        AccessLog.objects.filter(pk=log.pk).update(attempt_time=now - timedelta(days=days))

    forget_old_logins.call_local()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert list(AccessLog.objects.values_list("username", flat=True)) == ["new"]
