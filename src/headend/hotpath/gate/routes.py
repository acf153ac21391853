"""Calls as the application knows them, what is documented of them, and their paths.

    class ChannelCalls:
        @answers("ChannelSortList", "GET", "/channel/sort/list/", errors={...}, reads=("lang",))
        def sorts(self, request: Request) -> Answer:
            \"\"\"The operator's named orders of channels.\"\"\"

`routes_of(ChannelCalls(...))` gives the routes of an object's calls, `declared_by(ChannelCalls)` what is said of them.
Paragraphs of the docstring that begin with "Choice: " say what was decided where the documentation is silent.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from headend.hotpath.gate.answers import Answer
from headend.hotpath.gate.counters import Counter
from headend.hotpath.gate.requests import Request
from headend.kernel.calls import REFUSED_CALLERS, Needs, told_by

Call: TypeAlias = Callable[[Request], Answer] | Callable[[Request], Awaitable[Answer]]
Function = TypeVar("Function", bound=Callable[..., Any])

BASES = {"device": "/tvmiddleware/api", "streaming": "/streaming/api"}
PREFIXES = ("", "/api")  # portals on other hosts reach the API under /api


@dataclass(frozen=True, slots=True)
class Declared:
    """What is documented of a call: its name, verb and path below the API's base, its errors in our own words.

    `reads` are its own parameters, beside those that all calls have; `bad_parameter` is the error number for those that
    cannot be read. In `errors` of `answers` "" takes out a number that calls with the same needs have.
    """

    name: str
    verb: str
    path: str
    function: Callable[..., Any]
    needs: Needs = Needs.SESSION
    errors: Mapping[int, str] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    bad_parameter: int = 1
    api: str = "device"

    @property
    def description(self) -> str:
        """What the call does, in one sentence."""
        return told_by(self.function).description

    @property
    def choices(self) -> tuple[str, ...]:
        """What was decided where the documentation is silent."""
        return told_by(self.function).choices

    @property
    def label(self) -> str:
        """The call's name among the gate's figures."""
        words = self.path.strip("/").replace("/", "_")
        return words if self.api == "device" else f"{self.api}_{words}"


_declared: dict[Callable[..., Any], tuple[Declared, ...]] = {}


def answers(  # noqa: PLR0913 - a declaration; each is named where it is given
    name: str,
    verb: str,
    path: str,
    *,
    needs: Needs = Needs.SESSION,
    errors: Mapping[int, str] | None = None,
    reads: Iterable[str] = (),
    bad_parameter: int = 1,
    api: str = "device",
) -> Callable[[Function], Function]:
    """Declare that a method answers a call; see the module. One method may answer several."""

    def declare(function: Function) -> Function:
        every = {number: text for number, text in {**REFUSED_CALLERS[needs], **(errors or {})}.items() if text}
        said = Declared(name, verb, path, function, needs, every, tuple(reads), bad_parameter, api)
        _declared[function] = (*_declared.get(function, ()), said)
        return function

    return declare


def declared_by(group: type) -> Iterator[Declared]:
    """What a class declares of its calls."""
    for function in vars(group).values():
        if inspect.isfunction(function):
            yield from reversed(_declared.get(function, ()))


class Route:
    """A call and its figures; `waits` when it is a coroutine. `declared` is None for what is no call of an API."""

    __slots__ = ("bad_parameter", "call", "counter", "declared", "waits")

    def __init__(self, label: str, call: Call, waits: bool = False, declared: Declared | None = None) -> None:
        self.call: Any = call
        self.counter = Counter(label)
        self.waits = waits
        self.declared = declared
        self.bad_parameter = declared.bad_parameter if declared else 1


def routes_of(group: object) -> Iterator[Route]:
    """The routes of an object's calls."""
    for declared in declared_by(type(group)):
        call = getattr(group, declared.function.__name__)
        yield Route(declared.label, call, inspect.iscoroutinefunction(call), declared)


def by_path(routes: Iterable[Route]) -> dict[str, Route]:
    """Every call with and without a slash at its end, and under each prefix; a redirect would break a POST."""
    return {
        f"{prefix}{BASES[route.declared.api]}{route.declared.path.rstrip('/')}{slash}": route
        for route in routes
        if route.declared
        for prefix in PREFIXES
        for slash in ("", "/")
    }
