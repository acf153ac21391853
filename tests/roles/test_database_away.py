"""The service while its database is away: devices notice nothing, and `/readyz` says so."""

import pytest
from tests.roles.service import STAFF, wait_until

from headend.interfaces.cli.databases import postgresql

pytestmark = [pytest.mark.servers, pytest.mark.needs("initdb")]
HEALTH = "/tvmiddleware/api/health/check/"


def test_the_gate_goes_on_and_comes_back(start, tmp_path, free_port):
    with postgresql() as database:
        service = start(
            "up", "--data", tmp_path / "data", "--port", free_port, *STAFF, HEADEND_DATABASE_URL=database.url
        )
        assert service.get("/readyz").json()["status"] == "ready"

        database.stop()
        degraded = wait_until(
            lambda: (answer := service.get("/readyz")).json()["status"] != "ready" and answer, "the loss to be noticed"
        )
        assert degraded.status_code == 200
        assert degraded.json()["status"] == "degraded"
        assert degraded.json()["checks"]["database"]["ok"] is False
        assert service.get(HEALTH).status_code == 200
        assert service.get("/console/login/").status_code in (200, 503)
        assert service.get("/livez").status_code == 200

        database.start()
        wait_until(lambda: service.get("/readyz").json()["status"] == "ready", "the database to be found again")
        assert service.stop() == 0
        assert database.url.partition("@")[0].rpartition(":")[2] not in service.log.read_text()
