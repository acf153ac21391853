"""What all tests share. Fixtures of one kind of test stand in the conftest of its folder."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from headend.interfaces.cli.packages import PROGRAMS
from headend.interfaces.cli.test import ALLOW_MISSING

DATABASE = {"db", "transactional_db", "module_records", "live_server"}
# How quickly examples are made says something about the machine, not about what they prove.
settings.register_profile("headend", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("headend")

SHARED_SAMPLES = Path(__file__).parents[2] / "shared" / "samples"


@pytest.fixture
def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Requests leave the language of their staff behind in the thread."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_use_migrations(django_db_use_migrations: bool) -> bool:
    """On a server the first worker makes its tables by the migrations, the others as the models are.

    So the tests hold for both ways, and the migrations' half a minute is spent once.
    """
    return django_db_use_migrations and os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"


@pytest.fixture(scope="module")
def module_records(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For a module's fixtures that make records once for all its tests, as Django's `setUpTestData` does for a class.

    The records stand in a transaction around the module, each test's own changes in a savepoint of it. Not for modules
    with tests that need transactions or connections of their own.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what asks no database; the other tests whose outcome no database decides carry the mark themselves.

    Then, when the others have put them in order, take those first that start processes: they wait for much and take
    long each, and at the end one worker would wait for the other.
    """
    for item in items:
        is_asking = item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ()))
        if not is_asking:
            item.add_marker(pytest.mark.any_database)
    yield
    items.sort(key=lambda item: item.get_closest_marker("servers") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail, or skip when that is allowed, a test marked with `needs(program, ...)` where a program is missing."""
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            program = PROGRAMS[name]
            if program.find() is None:
                reason = f"needs {name}, from Debian's package {program.package}"
                (pytest.skip if os.environ.get(ALLOW_MISSING) else pytest.fail)(reason)
