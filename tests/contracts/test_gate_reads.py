"""Parameters that a call of the gate is said to read are read, or a choice says that they change nothing."""

from typing import Any

import pytest
from tests.contracts.gate_house import GATE_CALLS, GateHouse
from tests.contracts.scenarios import GOOD

from headend.hotpath.gate import requests


class Recorder(dict[str, str]):
    """Parameters that remember which of them were asked for."""

    asked: set[str] = set()  # noqa: RUF012 - emptied before each use

    def get(self, name: str, default: Any = None) -> Any:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    parse = requests.parse_form
    monkeypatch.setattr(requests, "parse_form", lambda text: Recorder(parse(text)))
    Recorder.asked = set()
    return Recorder.asked


@pytest.mark.parametrize("name", sorted(name for name, call in GATE_CALLS.items() if call.reads))
def test_parameters_are_read(name: str, asked: set[str]) -> None:
    GOOD[name].scenario(GateHouse())
    call = GATE_CALLS[name]
    idle = {word for choice in call.choices if "nothing" in choice for word in choice.split("`")[1::2]}
    assert set(call.reads) - asked - idle == set()
