"""What every contract test begins with: nobody has asked for anything yet."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from tests.contracts.elsewhere import ELSEWHERE, Elsewhere

from headend.interfaces.attempts import ERRANDS, GUESSES, REPORTS


@pytest.fixture(autouse=True)
def _nobody_asked() -> None:
    ERRANDS.forget()
    GUESSES.forget()
    REPORTS.forget()


@pytest.fixture(autouse=True)
def _elsewhere() -> Iterator[None]:
    """The stand-in as it is when nothing has been said to it; `settings` name it only where a scenario says so."""
    ELSEWHERE.__dict__.update(Elsewhere().__dict__)
    before = settings.EXTERNAL_SUBSCRIBERS
    yield
    settings.EXTERNAL_SUBSCRIBERS = before
