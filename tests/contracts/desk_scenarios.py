"""Scenarios as in `scenarios`, for a call of the billing API and for the dealers' API where it has the same call."""

from collections.abc import Callable, Mapping
from functools import partial

from tests.contracts import scenarios
from tests.contracts.desk import Desk
from tests.contracts.house import DOCUMENTED, Answer, House

APIS = ("billing", "dealers")
Scenario = Callable[[Desk], Answer]


def _names(name: str) -> list[tuple[str, str]]:
    return [(api, known) for api in APIS if (known := f"{api}.{name}") in DOCUMENTED]


def _run(api: str, scenario: Scenario, house: House) -> Answer:
    return scenario(Desk(api, house))


def good(name: str, *, may_be_empty: tuple[str, ...] = ()) -> Callable[[Scenario], Scenario]:
    """As `scenarios.good`, for each of the APIs that has the call."""

    def register(scenario: Scenario) -> Scenario:
        for api, known in _names(name):
            scenarios.good(known, may_be_empty=may_be_empty)(partial(_run, api, scenario))
        return scenario

    return register


def refused(name: str, *numbers: int) -> Callable[[Scenario], Scenario]:
    """As `scenarios.refused`, for each of the APIs whose call refuses with the number."""

    def register(scenario: Scenario) -> Scenario:
        for number in numbers:
            for api, known in _names(name):
                if number in DOCUMENTED[known].errors:
                    scenarios.refused(known, number)(partial(_run, api, scenario))
        return scenario

    return register


def never(name: str, why: Mapping[int, str]) -> None:
    """As `scenarios.never`, for each of the APIs whose call documents the number."""
    for _, known in _names(name):
        scenarios.never(known, {number: said for number, said in why.items() if number in DOCUMENTED[known].errors})
