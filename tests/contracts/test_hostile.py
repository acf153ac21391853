"""What nobody should send, sent to every call: the wire's own error or a clear 4xx, nothing broken, nothing written."""

from typing import Any

import pytest
from django.utils import timezone
from tests.contracts.house import CALLS, Answer, House

from headend.kernel.calls import BROKEN, FORBIDDEN, UNKNOWN_DEALER, UNKNOWN_ERROR, UNKNOWN_OPERATOR, Needs
from headend.operators.models import ApiKey, AuditEntry

NAMES = sorted(CALLS)
HOSTILE = (
    "",
    "x" * 300,
    "9" * 30,
    "-1",
    "0",
    "\x00",
    "'\"<script>${7*7}{{7*7}}../../etc/passwd",
    "٣",
    "1e309",
    "NaN",
    "[[[[[[",
    '{"a":' * 50,
    "null",
    "😀" * 60,
)
REVOKED = {Needs.KEY: FORBIDDEN, Needs.SIGNATURE: UNKNOWN_OPERATOR, Needs.DEALER: UNKNOWN_DEALER}


def refused_or_fine(answer: Answer) -> Answer:
    assert answer.status in (200, 302, 400, 404, 413, 414, 415), (answer.status, answer.body[:300])
    assert b"Traceback" not in answer.body
    if "json" in answer.content_type or "xml" in answer.content_type:
        assert answer.error not in (BROKEN, UNKNOWN_ERROR), answer.body
    return answer


def sent(house: House, name: str, value: Any) -> Answer:
    """One call in which every parameter has this value."""
    parameters = {parameter.name: value for parameter in CALLS[name][1].parameters}
    return house.ask(name, **parameters)


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_hostile_values(name: str) -> None:
    house = House()
    house.ask(name)  # makes the key, if it needs one
    for value in HOSTILE:
        written = AuditEntry.objects.count()
        answer = refused_or_fine(sent(house, name, value))
        if "json" in answer.content_type and answer.error:
            assert AuditEntry.objects.count() == written, f"{value!r} was refused, and something was written"
        refused_or_fine(house.ask(name, body={p.name: [value, {"a": value}] for p in CALLS[name][1].parameters}))


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_raw_bytes_repeated_and_huge(name: str) -> None:
    house = House()
    api, call = CALLS[name]
    path = api.base + call.path
    names = [parameter.name for parameter in call.parameters] or ["a"]
    credentials = house.query(name)
    for text in ("%ff%fe", "1&{0}=2&{0}=", "%00", "%"):
        query = "&".join(f"{each}={text.format(each)}" for each in names)
        refused_or_fine(house.get(f"{path}?{credentials}&{query}"))
    assert house.get(f"{path}?a={'x' * 20_000}").status == 414
    huge = "a=" + "x" * 10_000_000
    assert house.post(path, huge, "application/x-www-form-urlencoded").status == 413
    for body, kind, status in (
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("a", "application/octet-stream", 415),
    ):
        assert house.post(path, body, kind).status == status


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(n for n in NAMES if CALLS[n][1].needs in REVOKED))
def test_a_revoked_key_opens_nothing(name: str) -> None:
    house = House()
    house.ask(name)  # makes the key
    ApiKey.objects.update(revoked_at=timezone.now())
    assert house.ask(name).error == REVOKED[CALLS[name][1].needs]


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_both_path_forms_both_prefixes_both_verbs(name: str) -> None:
    house = House()
    api, call = CALLS[name]
    for prefix in ("", "/api"):
        for path in (call.path.rstrip("/"), call.path.rstrip("/") + "/"):
            refused_or_fine(house.get(f"{prefix}{api.base}{path}?client_id=1"))
            refused_or_fine(house.post(f"{prefix}{api.base}{path}", "client_id=1", "application/x-www-form-urlencoded"))
    assert house.client.put(api.base + call.path).status_code == 405
    assert house.client.options(api.base + call.path).status_code == 204
