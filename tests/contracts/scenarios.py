"""For each call a scenario in which it succeeds, and one for each of its errors; they stand in `cases/`.

@good("AccountChannelsSort")
def _(house: House) -> Answer:
    return house.ask("AccountChannelsSort", channel_ids=[2, 1])

@refused("AccountPasswordChange", 2)
def _(house: House) -> Answer: ...

never("AccountRegister", {19: "why nothing gives this number here"})
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

Scenario = Callable[[Any], Any]


class Good(NamedTuple):
    scenario: Scenario
    may_be_empty: frozenset[str]


GOOD: dict[str, Good] = {}
REFUSED: dict[tuple[str, int], Scenario] = {}
NEVER: dict[tuple[str, int], str] = {}


def good(name: str, *, may_be_empty: tuple[str, ...] = ()) -> Callable[[Scenario], Scenario]:
    """Register how a call succeeds, with an answer that shows every documented field."""

    def register(scenario: Scenario) -> Scenario:
        assert name not in GOOD, f"two scenarios for {name}"
        GOOD[name] = Good(scenario, frozenset(may_be_empty))
        return scenario

    return register


def refused(name: str, number: int) -> Callable[[Scenario], Scenario]:
    """Register how a call comes to refuse with this number."""

    def register(scenario: Scenario) -> Scenario:
        assert (name, number) not in REFUSED, f"two scenarios for {name}, {number}"
        REFUSED[name, number] = scenario
        return scenario

    return register


def never(name: str, why: Mapping[int, str]) -> None:
    """Say of documented numbers why this platform never gives them."""
    NEVER.update({(name, number): reason for number, reason in why.items()})


for _module in sorted((Path(__file__).parent / "cases").glob("[a-z]*.py")):
    import_module(f"tests.contracts.cases.{_module.stem}")
