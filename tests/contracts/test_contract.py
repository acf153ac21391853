"""The wire APIs against their documentation: every call is there, takes, answers and refuses as documented."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from tests.contracts.contract import APART, Documented, faults_in
from tests.contracts.gate_house import GATE_CALLS, GateHouse
from tests.contracts.house import CALLS, DOCUMENTED, Answer, House
from tests.contracts.scenarios import GOOD, NEVER, REFUSED

from headend.kernel.calls import BROKEN, FORBIDDEN, UNKNOWN_DEALER

NO_DEVICES = {name for name, call in DOCUMENTED.items() if call.api in APART or call.needs == "signature"}
OURS = {name: call for name, call in DOCUMENTED.items() if name in CALLS or name in GATE_CALLS}
DEVICES = ("android", "mag")
GENERIC = {FORBIDDEN, UNKNOWN_DEALER, BROKEN}

# Signing in has a number of its own for a wrong key; a beat without a session is answered and says so.
WITHOUT = {"Login": 4, "AccountStatus": 0}
OF_ANOTHER = {"Login": 4}
# Streaming servers read nothing but the HTTP status.
VERDICTS = ("StreamServiceTokenCheck", "FlussonicTokenCheck")


def house_for(name: str, device: str = "android") -> Any:
    """Somebody who calls: the gate, or what stands behind it."""
    return GateHouse(device) if name in GATE_CALLS else House(device)


def told(name: str, numbers: list[int]) -> list[int]:
    """The numbers that need a scenario of their own: that nobody is let in, or that we broke, is proved for all."""
    return [number for number in numbers if number not in GENERIC]


def in_each_format(keys: Iterable[Any], name_of: Callable[[Any], str] = str) -> list[tuple[Any, str]]:
    """The keys with the devices whose formats they are proved in: what no device calls is answered in JSON alone."""
    return [(key, device) for key in keys for device in DEVICES[: 1 if name_of(key) in NO_DEVICES else None]]


def test_a_call_is_answered_in_one_place() -> None:
    assert GATE_CALLS.keys().isdisjoint(CALLS)


@pytest.mark.parametrize("call", OURS.values(), ids=OURS)
def test_declared_as_documented(call: Documented) -> None:
    if call.name in GATE_CALLS:
        declared: Any = GATE_CALLS[call.name]
        api, reads = declared.api, set(declared.reads)
        assert declared.description.endswith((".", "?"))
    else:
        owner, declared = CALLS[call.name]
        api, reads = owner.name, {parameter.name for parameter in declared.parameters}
    assert (api, declared.verb, declared.path, declared.needs.value) == (call.api, call.verb, call.path, call.needs)
    missing = set(call.parameters) - reads - {"sess_key"}
    assert not missing, f"documented parameters that nobody reads: {missing}"
    excused = {number for name, number in NEVER if name == call.name} | {BROKEN, FORBIDDEN}
    assert set(call.errors) - excused <= set(declared.errors)


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_number_is_proved_or_explained(name: str) -> None:
    assert name in GOOD, "no scenario in which it succeeds"
    numbers = told(name, DOCUMENTED[name].errors)
    without = [each for each in numbers if (name, each) not in REFUSED and (name, each) not in NEVER]
    assert not without, f"no scenario and no reason for {without}"


def called(name: str, answer: Any) -> Any:
    assert isinstance(answer, Answer), f"the scenario of {name} gives no answer"
    assert answer.status == (403 if name in VERDICTS and answer.error else 200), answer
    return answer


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "device"), in_each_format(sorted(GOOD)))
def test_answers_as_documented(name: str, device: str) -> None:
    answer = called(name, GOOD[name].scenario(house_for(name, device)))
    if "xml" in answer.content_type or "json" in answer.content_type:
        assert answer.error == 0, answer.body
        assert faults_in(DOCUMENTED[name], answer.value, GOOD[name].may_be_empty) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("refusal", "device"), in_each_format(sorted(REFUSED), lambda refusal: refusal[0]))
def test_refuses_as_documented(refusal: tuple[str, int], device: str) -> None:
    name, number = refusal
    answer = called(name, REFUSED[name, number](house_for(name, device)))
    assert answer.error == number, answer.body
    if "error_message" in DOCUMENTED[name].fields:
        assert (answer.value.findtext("error_message") if answer.is_xml else answer["error_message"]) != ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, call in OURS.items() if call.needs != "nothing"))
def test_nobody_is_let_in_without(name: str) -> None:
    house = house_for(name)
    if OURS[name].needs == "signature":
        assert house.ask(name, signature="0" * 32).error == -2
        assert house.ask(name, client_id=10**8).error == -3
        return
    if OURS[name].needs == "dealer":
        assert house.ask(name, api_key="wrong").error == UNKNOWN_DEALER
        assert house.ask(name, dealer_id=10**8).error == UNKNOWN_DEALER
        assert house.ask(name, dealer_id=House().dealer.pk).error == UNKNOWN_DEALER
        return
    answer = house.ask(name, authkey="", api_key="wrong")
    assert (answer.status, answer.error) == (200, WITHOUT.get(name, FORBIDDEN))
    stranger = house.ask(name, client_id=house.operator.pk + 1, api_key=house.key)
    assert stranger.error == OF_ANOTHER.get(name, FORBIDDEN)
