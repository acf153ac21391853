"""Writes a page of docs/4-reference for each remote API from its calls and from the scenarios that prove them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from tests.contracts.contract import Documented, documented
from tests.contracts.scenarios import GOOD, NEVER, REFUSED

from headend.hotpath.gate.calls import declared_calls
from headend.interfaces.apis import calls_by_id
from headend.kernel.calls import told_by

NEEDS = {
    "session": "a session (`authkey`)",
    "key": "`client_id` and `api_key`",
    "either": "a session, or `client_id` and `api_key`",
    "signature": "`client_id` and a signature",
    "dealer": "`dealer_id` and its `api_key`",
    "nothing": "nothing",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page. `apis` are those whose calls it has, the first one gives it its name; `follows` holds for all of them."""

    title: str
    said: str
    follows: str
    apis: tuple[str, ...]

    @property
    def is_for_devices(self) -> bool:
        return self.apis[0] == "device"


PAGES = {
    "device-api.md": Page(
        "Device API",
        "What set-top boxes, televisions and applications ask, as far as it concerns one call.",
        "device-api-conventions.md",
        ("device", "viewstats", "drm", "streaming", "device-monitoring"),
    ),
    "billing-api.md": Page(
        "Billing API",
        "What an operator's own billing or CRM tells and asks, as far as it concerns one call.",
        "../3-extend/billing-api.md",
        ("billing",),
    ),
    "content-api.md": Page(
        "Content API",
        "What a content manager's tools tell and ask, as far as it concerns one call.",
        "../3-extend/billing-api.md",
        ("content",),
    ),
    "dealers-api.md": Page(
        "Dealers API",
        "What a dealer's own system tells and asks about the customers it brought in.",
        "../3-extend/billing-api.md",
        ("dealers",),
    ),
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
    def name(self) -> str:
        """Its name as it is documented, without that of its API."""
        return self.said.name.rpartition(".")[2]

    @property
    def scenarios(self) -> int:
        return (self.said.name in GOOD) + sum(name == self.said.name for name, _ in REFUSED)


def api_page(page: Page, generated: str) -> str:
    """One page."""
    every = {name: said for name, said in documented().items() if said.api in page.apis}
    calls = {call.said.name: call for call in _calls(every)}
    by = (" answered by |", "---|") if page.is_for_devices else ("", "")
    lines = [
        f"# {page.title}, call by call",
        "",
        generated,
        page.said,
        f"What holds for all of them stands in [conventions]({page.follows}).",
        _counted(every, calls),
        f"*Proved* counts the scenarios that hold a call against its documentation{_FORMATS[page.is_for_devices]}:",
        "one in which it succeeds, and one for each error number.",
        "",
        *_missing(every, calls),
        f"| call | address |{by[0]} proved |",
        f"|---|---|{by[1]}---|",
        *(_row(page, call) for call in calls.values()),
        "",
    ]
    for call in calls.values():
        lines += _section(page, call)
    return "\n".join(lines).rstrip() + "\n"


_FORMATS = {True: ", each in JSON and in XML", False: ""}


def _counted(every: Mapping[str, Documented], calls: Mapping[str, Call]) -> str:
    theirs = [said for said in every.values() if not said.is_ours]
    answered = sum(said.name in calls for said in theirs)
    ours = [call.name for call in calls.values() if call.said.is_ours]
    own = f"; {', '.join(ours)} {'are' if len(ours) > 1 else 'is'} our own" if ours else ""
    return f"{answered} of {len(theirs)} documented calls are answered{own}."


def _calls(every: Mapping[str, Documented]) -> Iterator[Call]:
    gate = declared_calls()
    others = calls_by_id()
    for name, said in every.items():
        if name in gate:
            found = gate[name]
            yield Call(said, "the gate", found.description, found.choices, found.errors)
        elif name in others:
            _, call = others[name]
            yield Call(said, "the records", *told_by(call.function), call.errors)


def _missing(every: Mapping[str, Documented], calls: Mapping[str, Call]) -> Iterator[str]:
    names = sorted(set(every) - set(calls))
    if names:
        yield f"Not answered yet: {', '.join(name.rpartition('.')[2] for name in names)}."
        yield ""


def _row(page: Page, call: Call) -> str:
    by = f" {call.answered_by} |" if page.is_for_devices else ""
    return f"| [{call.name}](#{call.name.lower()}) | {_address(call.said)} |{by} {call.scenarios} |"


def _address(said: Documented) -> str:
    return f"`{said.verb} {said.path}`"


def _section(page: Page, call: Call) -> Iterator[str]:
    said = call.said
    yield from (f"## {call.name}", "", call.description, "")
    of_other = "" if said.api == page.apis[0] else f" of the {said.api} API"
    yield f"{_address(said)}{of_other}; needs {NEEDS[said.needs]}."
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
