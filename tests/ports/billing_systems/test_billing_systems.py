"""Another billing system: the example of the documentation is asked over HTTP; and how much patience it gets."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web_server import Quiet, web_server

from headend.adapters.billing_systems import billing_system
from headend.adapters.billing_systems.http import HttpBillingSystem
from headend.adapters.billing_systems.patience import LEFT_ALONE_SECONDS, MOST_SILENCES, Patient
from headend.billing.errors import BillingLacks, BillingRefused, BillingSilent
from headend.billing.ports import BillingSystemConfig, Facts, Hook, WhenSilent
from headend.kernel.errors import Invalid

DOCUMENT = Path(__file__).parents[3] / "docs" / "3-extend" / "external-billing.md"
HERE = ("127.0.0.0/8",)
ABOUT: Facts = {"customer": {"id": 7}, "account": {"id": 1, "number": 10}}
DEBTOR: Facts = {"customer": {"id": 8}, "account": {"id": 2, "number": 13}}


@pytest.fixture
def example(tmp_path: Path, free_port: int) -> Iterator[str]:
    """The example of the documentation as a server of its own."""
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found
    script, url = tmp_path / "billing.py", f"http://127.0.0.1:{free_port}/"
    script.write_text(found[1])
    with subprocess.Popen([sys.executable, script, str(free_port), "s3cret"], stderr=subprocess.DEVNULL) as process:
        for _ in range(100):
            try:
                httpx.get(url)
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        yield url
        process.kill()


def config(url: str, **fields: Any) -> BillingSystemConfig:
    return BillingSystemConfig(url=url, secret="s3cret", networks=HERE, **fields)


def test_the_example_of_the_documentation(example: str) -> None:
    billing = billing_system(config(example, kept_seconds=0))
    assert billing.ask(Hook.BALANCE, ABOUT) == {"balance": "10", "recommended_payment": "0", "id_for_payment": 4007}
    for _ in range(2):
        assert billing.ask(Hook.ASSIGN, ABOUT) == {}
    with pytest.raises(BillingRefused) as caught:
        billing.ask(Hook.ASSIGN, ABOUT)
    assert caught.value.reason == "not_enough_balance"
    assert billing.ask(Hook.CHECK, ABOUT) == {}
    with pytest.raises(BillingRefused, match="pay your bill"):
        billing.ask(Hook.CHECK, DEBTOR)
    with pytest.raises(BillingLacks):
        billing.ask(Hook.PAYMENTS, ABOUT)
    forged = HttpBillingSystem(BillingSystemConfig(url=example, secret="wrong", networks=HERE))
    with pytest.raises(BillingSilent):
        forged.ask(Hook.BALANCE, ABOUT)


ODD = {
    "/html": (200, b"<html>"),
    "/list": (200, b"[]"),
    "/deep": (200, b"[" * 5000),
    "/huge": (200, b'{"a": "' + b"x" * 9000 + b'"}'),
    "/error": (500, b"{}"),
    "/moved": (302, b"{}"),
    "/empty": (200, b""),
}


@pytest.fixture
def odd() -> Iterator[str]:
    """A server that answers oddly, and slowly at /slow."""

    class Handler(Quiet):
        def do_POST(self) -> None:
            if self.path == "/slow":
                time.sleep(1.5)
            self.answer(*ODD.get(self.path, (200, b"{}")), Location="http://127.0.0.1:1/")

    with web_server(Handler) as running:
        yield running.url


@pytest.mark.parametrize("path", [*ODD, "/slow"])
def test_odd_answers_are_silence(odd: str, path: str) -> None:
    began = time.monotonic()
    with pytest.raises(BillingSilent):
        HttpBillingSystem(config(odd + path, seconds=1.0)).ask(Hook.CHECK, ABOUT)
    assert time.monotonic() - began < 1.4


def test_what_cannot_be_asked() -> None:
    for url, secret, place in (("ftp://x", "s", "url"), ("https://", "s", "url"), ("https://x", "", "secret")):
        with pytest.raises(Invalid) as caught:
            billing_system(BillingSystemConfig(url=url, secret=secret))
        assert caught.value.place == place
    with pytest.raises(BillingSilent):  # an operator may not reach what only this machine reaches
        HttpBillingSystem(BillingSystemConfig(url="http://127.0.0.1:9/", secret="s")).ask(Hook.CHECK, ABOUT)


# --- patience ---


class Moody:
    """Answers what it is told, or nothing."""

    def __init__(self) -> None:
        self.answer: Facts | Exception = {}
        self.asked = 0

    def ask(self, hook: Hook, about: Facts) -> Facts:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def patient(when: WhenSilent = WhenSilent.LAST) -> tuple[Patient, Moody, Clock]:
    moody, clock = Moody(), Clock()
    return Patient(moody, BillingSystemConfig(kept_seconds=60, when_silent=when), clock), moody, clock


SILENT = BillingSilent("nothing")


def test_an_answer_counts_for_a_while_also_a_refusal() -> None:
    billing, moody, clock = patient()
    for answer in ({"balance": "1"}, BillingRefused("debt")):
        moody.answer, moody.asked = answer, 0
        for _ in range(3):
            if isinstance(answer, Exception):
                with pytest.raises(BillingRefused):
                    billing.ask(Hook.CHECK, ABOUT)
            else:
                assert billing.ask(Hook.BALANCE, ABOUT) == answer
        assert moody.asked == 1
        clock.now += 61
    billing.ask(Hook.CHECK, DEBTOR) if not isinstance(moody.answer, Exception) else None
    assert moody.asked == 1


def test_sales_are_never_remembered() -> None:
    billing, moody, _clock = patient()
    for _ in range(3):
        billing.ask(Hook.ASSIGN, ABOUT)
    assert moody.asked == 3


@pytest.mark.parametrize("when", list(WhenSilent))
def test_while_it_is_silent(when: WhenSilent) -> None:
    billing, moody, clock = patient(when)
    billing.ask(Hook.CHECK, ABOUT)
    clock.now += 61
    moody.answer = SILENT
    if when is WhenSilent.REFUSE:
        with pytest.raises(BillingSilent):
            billing.ask(Hook.CHECK, ABOUT)
    else:
        assert billing.ask(Hook.CHECK, ABOUT) == {}
    if when is WhenSilent.ALLOW:
        assert billing.ask(Hook.CHECK, DEBTOR) == {}
    else:  # of whom nothing is known
        with pytest.raises(BillingSilent):
            billing.ask(Hook.CHECK, DEBTOR)
    with pytest.raises(BillingSilent):  # nothing is sold that it does not know of
        billing.ask(Hook.ASSIGN, ABOUT)


def test_a_silent_one_is_left_alone_and_asked_again() -> None:
    billing, moody, clock = patient()
    moody.answer = SILENT
    for _ in range(MOST_SILENCES + 3):
        with pytest.raises(BillingSilent):
            billing.ask(Hook.ASSIGN, ABOUT)
    assert moody.asked == MOST_SILENCES
    clock.now += LEFT_ALONE_SECONDS + 1
    moody.answer = {}
    assert billing.ask(Hook.ASSIGN, ABOUT) == {}
