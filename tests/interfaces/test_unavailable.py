"""The pages for a broken database and for anything else that breaks: no traceback, and the right status."""

import pytest
from django.db import OperationalError
from django.test import Client


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OperationalError("host=secret.example"), 503, "The database does not answer"),
        (RuntimeError("host=secret.example"), 500, "The error has been logged"),
    ],
)
def test_what_broke_is_answered_without_its_details(monkeypatch, error, status, words):
    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    browser = Client(raise_request_exception=False, headers={"accept-language": "en"})
    browser.cookies["headend_session"] = "x" * 32
    answer = browser.get("/console/")
    assert answer.status_code == status
    assert words in answer.text
    assert "secret.example" not in answer.text
