"""What a call of a wire API is: a function, and around it what the wire has to know of it.

    @DEVICE_API.call("AccountPasswordChange", "GET", "/account/password/change/", writes=True,
                     errors={1: "bad parameter", 2: "the old password is wrong"}, refusals={WrongPassword: 2})
    def change_password(viewer: Viewer, old_password: str, new_password: str) -> Fields:
        \"\"\"Change the account's password.\"\"\"
        actions.change_password(actor=viewer.actor, account=viewer.account, ...)
        return {}

The function gets the caller and the parameters that its signature names (`parameters`), and gives the fields of the
answer; `error` and `error_message` are added. It refuses with Refused(number), or lets an error of the domain through
that `refusals` maps to a number, or to a function that makes a Refused of it where the number depends on its reason.
What the numbers mean is told in `error_message`; an error that is mapped to a number brings its own words.

Calls with `error_fields` say beside the error which fields are bad: {field: [message, ...]}, {} when none is. They map
names of the domain's fields to those on the wire, where these differ.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Parameter, parameters_of
from headend.kernel.calls import BROKEN, REFUSED_CALLERS, Needs
from headend.kernel.errors import HeadendError, Invalid

Function = TypeVar("Function", bound=Callable[..., Any])
Errors: TypeAlias = Mapping[int, str]
Refusals: TypeAlias = Mapping[type[HeadendError], int | Callable[[Any], Refused]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an API. `bad_parameter` is the number for parameters that cannot be read."""

    name: str
    verb: str
    path: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    needs: Needs
    errors: Errors
    refusals: Refusals
    bad_parameter: int
    has_message: bool
    error_fields: Mapping[str, str] | None
    writes: bool

    def refusal_of(self, error: HeadendError) -> Refused | None:
        """The wire's refusal for an error of the domain; None when the call does not expect it."""
        found = next((self.refusals[kind] for kind in type(error).__mro__ if kind in self.refusals), None)
        if found is None:
            return None
        if not isinstance(found, int):
            return found(error)
        return self.refused(found, error) if isinstance(error, Invalid) else Refused(found, str(error))

    def refused(self, number: int, *errors: Invalid) -> Refused:
        """The wire's refusal for input that cannot be accepted."""
        fields: dict[str, list[str]] = {}
        for error in errors if self.error_fields is not None else ():
            fields.setdefault((self.error_fields or {}).get(error.place, error.place), []).append(str(error))
        beside = {} if self.error_fields is None else {"error_fields": fields}
        return Refused(number, "; ".join(map(str, errors)), dict(beside))


@dataclass(slots=True)
class Api:
    """An API: where it is mounted, and its calls by name. `key` names the keys that open it (operators.rules.Api).

    `needs` is what its calls need unless they say otherwise. `is_apart`: other APIs have calls of the same names, so
    that its own are known as "billing.AccountInfo". `broken` is the number it answers when something broke that is
    nobody's fault but ours.
    """

    name: str
    base: str
    key: str
    needs: Needs = Needs.SESSION
    is_apart: bool = False
    broken: int = BROKEN
    calls: dict[str, Call] = field(default_factory=dict)

    def call(  # noqa: PLR0913 - a declaration; each is named where it is given
        self,
        name: str,
        verb: str,
        path: str,
        *,
        needs: Needs | None = None,
        errors: Errors | None = None,
        refusals: Refusals | None = None,
        bad_parameter: int = 1,
        has_message: bool = True,
        error_fields: Mapping[str, str] | None = None,
        writes: bool = False,
        takes: Sequence[Parameter] = (),
    ) -> Callable[[Function], Function]:
        """Declare that a function answers this call; see the module. A function may answer several.

        `takes` are parameters beside those in its signature: it gets those that were sent as `sent` (`Sent`).
        """

        def declare(function: Function) -> Function:
            if name in self.calls:
                raise ValueError(f"two functions answer {name}")
            needed = needs or self.needs
            every = {**REFUSED_CALLERS[needed], **(errors or {})}
            self.calls[name] = Call(
                name=name,
                verb=verb,
                path=path,
                function=function,
                parameters=(*parameters_of(function), *takes),
                needs=needed,
                errors=every,
                refusals=dict(refusals or {}),
                bad_parameter=bad_parameter,
                has_message=has_message,
                error_fields=error_fields,
                writes=writes,
            )
            return function

        return declare

    def borrow(self, call: Call) -> None:
        """Answer a call of another API here too, for whoever this API's calls need."""
        every = {**REFUSED_CALLERS[self.needs], **call.errors}
        own = {number: every[number] for number in every if number not in REFUSED_CALLERS[call.needs]}
        self.calls[call.name] = replace(call, needs=self.needs, errors=own)

    def id_of(self, call: Call) -> str:
        """What a call is known as among those of all APIs."""
        return f"{self.name}.{call.name}" if self.is_apart else call.name

    def by_path(self) -> dict[str, Call]:
        """The calls by their path without the last slash, which callers may leave out."""
        return {call.path.rstrip("/"): call for call in self.calls.values()}
