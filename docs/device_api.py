"""Writes docs/4-reference/device-api.md from what the calls declare, and from the scenarios that prove them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from tests.contracts.contract import Documented, documented
from tests.contracts.scenarios import GOOD, NEVER, REFUSED

from headend.hotpath.gate.calls import declared_calls
from headend.interfaces.device_api import load
from headend.kernel.calls import told_by

FOLLOWS = "device-api-conventions.md"
NEEDS = {
    "session": "a session (`authkey`)",
    "key": "`client_id` and `api_key`",
    "either": "a session, or `client_id` and `api_key`",
    "signature": "`client_id` and a signature",
    "nothing": "nothing",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the page shows it, whoever answers it."""

    said: Documented
    answered_by: str
    description: str
    choices: tuple[str, ...]
    errors: Mapping[int, str]

    @property
    def scenarios(self) -> int:
        return (self.said.name in GOOD) + sum(name == self.said.name for name, _ in REFUSED)


def device_api(generated: str) -> str:
    """The page."""
    every = documented()
    calls = {call.said.name: call for call in _calls(every)}
    lines = [
        "# Device API, call by call",
        "",
        generated,
        "What set-top boxes, televisions and applications ask, as far as it concerns one call.",
        f"What holds for all of them stands in [conventions]({FOLLOWS}).",
        _counted(every, calls),
        "*Proved* counts the scenarios that hold a call against its documentation, each in JSON and in XML: one in",
        "which it succeeds, and one for each error number.",
        "",
        *_missing(every, calls),
        "| call | address | answered by | proved |",
        "|---|---|---|---|",
        *(_row(call) for call in calls.values()),
        "",
    ]
    for call in calls.values():
        lines += _section(call)
    return "\n".join(lines).rstrip() + "\n"


def _counted(every: Mapping[str, Documented], calls: Mapping[str, Call]) -> str:
    theirs = [said for said in every.values() if not said.is_ours]
    answered = sum(said.name in calls for said in theirs)
    ours = ", ".join(said.name for said in every.values() if said.is_ours)
    return f"{answered} of {len(theirs)} documented calls are answered; {ours} are our own."


def _calls(every: Mapping[str, Documented]) -> Iterator[Call]:
    gate = declared_calls()
    others = {call.name: call for api in load() for call in api.calls.values()}
    for name, said in every.items():
        if name in gate:
            found = gate[name]
            yield Call(said, "the gate", found.description, found.choices, found.errors)
        elif name in others:
            call = others[name]
            yield Call(said, "the records", *told_by(call.function), call.errors)


def _missing(every: Mapping[str, Documented], calls: Mapping[str, Call]) -> Iterator[str]:
    names = sorted(set(every) - set(calls))
    if names:
        yield f"Not answered yet: {', '.join(names)}."
        yield ""


def _row(call: Call) -> str:
    said = call.said
    return f"| [{said.name}](#{said.name.lower()}) | {_address(said)} | {call.answered_by} | {call.scenarios} |"


def _address(said: Documented) -> str:
    return f"`{said.verb} {said.path}`"


def _section(call: Call) -> Iterator[str]:
    said = call.said
    yield from (f"## {said.name}", "", call.description, "")
    yield f"{_address(said)}{'' if said.api == 'device' else f' of the {said.api} API'}; needs {NEEDS[said.needs]}."
    if said.parameters:
        names = (f"`{name}`{' (optional)' if kind.endswith('?') else ''}" for name, kind in said.parameters.items())
        yield f"Takes {', '.join(names)}."
    yield ""
    for choice in call.choices:
        yield from (f"*Chosen, the documentation being silent:* {choice}", "")
    rows = list(_errors(call))
    if rows:
        yield from ("| error | meaning |", "|---|---|", *rows, "")


def _errors(call: Call) -> Iterator[str]:
    name = call.said.name
    numbers = sorted({*call.errors, *call.said.errors} - {500})
    for meaning, group in groupby(numbers, lambda number: _meaning(call, name, number)):
        yield f"| {', '.join(map(str, group))} | {meaning} |"


def _meaning(call: Call, name: str, number: int) -> str:
    if (name, number) in NEVER:
        return f"never given: {NEVER[name, number]}"
    return call.errors.get(number, "-").replace("|", "\\|")
