"""The running service tells other systems what was written, also when its worker is killed at that moment."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.ports.webhooks.receiver import receiver
from tests.roles.service import Service, environment, wait_until

pytestmark = pytest.mark.servers

PREPARE = """
import django; django.setup()
from django.conf import settings
from headend.kernel.actor import system
from headend.operators.actions import issue_key
from headend.operators.models import Operator
from headend.operators.rules import SCOPES, Api
from headend.webhooks.actions import save_endpoint
from headend.webhooks.models import Endpoint
actor, key = system("tests"), settings.ENCRYPTION_KEY
operator = Operator.objects.first() or Operator.objects.create(name="TV", path="1/")
endpoint = Endpoint(operator=operator, name="CRM", url=%r, events=["customer.*"])
print(save_endpoint(actor=actor, endpoint=endpoint, sealing_key=key))
print(issue_key(actor=actor, operator=operator, api=Api.REST, sealing_key=key, scopes=SCOPES)[1])
"""


def test_what_was_acknowledged_is_told_though_the_worker_is_killed(
    start: Callable[..., Service], data: Path, free_port: int
) -> None:
    with receiver() as server:
        service = start("up", "--data", data, "--port", free_port, HEADEND_FETCH_NETWORKS="127.0.0.0/8")
        settings = environment(HEADEND_DATA=str(data), DJANGO_SETTINGS_MODULE="headend.settings.django")
        command = [sys.executable, "-c", PREPARE % server.url]
        done = subprocess.run(command, env=settings, check=True, capture_output=True, text=True)
        secret, key = done.stdout.split()
        numbers = []
        for place in range(12):
            answer = httpx.post(
                f"{service.ready['url']}/api/v1/customers",
                json={"external_id": f"e{place}"},
                headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"word {place}"},
                timeout=60,
            )
            assert answer.status_code == 201, answer.text
            numbers.append(answer.json()["id"])
            if place % 4 == 1:
                worker = service.children().get("worker")
                if worker:
                    os.kill(worker, signal.SIGKILL)
        wait_until(lambda: {number for _, number in server.told()} == set(numbers), "all events", 300)
        assert all(got.is_signed_with(secret) for got in server.got)
        assert len({got.number for got in server.got}) == len(numbers)
