"""`headend demo`: one command, a service that plays; the second start goes on with the same data."""

import stat

import pytest
from tests.roles.service import wait_until

pytestmark = pytest.mark.servers
KEYS = {
    "url": str,
    "client_id": int,
    "api_key": str,
    "billing_api_key": str,
    "dealer_id": int,
    "dealer_api_key": str,
    "content_api_key": str,
    "streaming_api_key": str,
    "rest_api_key": str,
    "staff": dict,
    "accounts": list,
}


def test_demo_starts_twice_with_the_same_logins(start, tmp_path, free_port):
    data = tmp_path / "a place"
    first = start("demo", "--data", data, "--port", free_port)
    assert {name: type(value) for name, value in first.ready.items()} == KEYS
    assert set(first.ready["staff"]) == {"username", "password"}
    assert [set(account) for account in first.ready["accounts"]] == [{"abonement", "password", "device_uid"}] * len(
        first.ready["accounts"]
    )
    assert first.get("/readyz").json()["status"] == "ready"
    assert first.get("/console/login/").status_code == 200
    for secret in ("demo.json", "secret.key", "encryption.key", "origin.key"):
        assert stat.S_IMODE((data / secret).stat().st_mode) == 0o600, secret
    assert first.stop() == 0
    assert first.process.stdout.read() == ""  # standard output held the one JSON object and nothing else

    second = start("demo", "--data", data, "--port", free_port)

    assert second.ready == first.ready
    assert "preparing" not in second.log.read_text()


def test_the_worker_leaves_its_figures(start, data, free_port):
    service = start("up", "--data", data, "--port", free_port)
    wait_until(
        lambda: "headend_worker_seen_timestamp_seconds 1" in service.get("/metrics").text, "the worker's figures"
    )
