"""The content API: what a content manager's tools tell and ask; one module for each group of calls."""

from collections.abc import Callable, Sequence

from headend.interfaces.wire.calls import Api, Errors, Function, Refusals
from headend.interfaces.wire.parameters import Parameter
from headend.kernel.calls import UNKNOWN_ERROR, Needs
from headend.operators.rules import Api as KeyedApi

CONTENT_API = Api(
    "content", "/content/api", KeyedApi.CONTENT.value, Needs.SIGNATURE, is_apart=True, broken=UNKNOWN_ERROR
)
APIS = (CONTENT_API,)

BAD_PARAMETER, VALIDATION, SAVE_FAILED, NOT_FOUND = 20, 21, 22, 404
ERRORS = {
    BAD_PARAMETER: "a parameter is missing or cannot be read",
    VALIDATION: "a value is not acceptable; error_fields says which",
    SAVE_FAILED: "it could not be saved",
    NOT_FOUND: "no such object",
}


def asks(name: str, path: str) -> Callable[[Function], Function]:
    """Declare a call that only tells."""
    return CONTENT_API.call(name, "POST", path, errors=ERRORS, bad_parameter=BAD_PARAMETER)


def writes(  # noqa: PLR0913 - a declaration; each is named where it is given
    name: str,
    path: str,
    *,
    errors: Errors | None = None,
    refusals: Refusals | None = None,
    takes: Sequence[Parameter] = (),
    for_gate: bool = False,
) -> Callable[[Function], Function]:
    """Declare a call that changes something; `for_gate`: something that devices ask the gate for, which has to know it
    before the answer goes out.
    """
    return CONTENT_API.call(
        name,
        "POST",
        path,
        errors={**ERRORS, **(errors or {})},
        refusals=refusals,
        bad_parameter=BAD_PARAMETER,
        error_fields={},
        takes=takes,
        writes=for_gate,
    )
