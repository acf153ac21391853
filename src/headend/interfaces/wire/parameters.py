"""Parameters of calls, read from the signatures of the functions that answer them.

The annotation says how the text on the wire is read, the default what is taken when it is missing or empty:

    int, float, str, bool (a flag, 0 or 1), date (yyyy-mm-dd), datetime (ISO 8601, without a zone when none was given),
    list[int], list[str], list[dict] (objects, in JSON),
    any of these `| None`, and Annotated[str, Longest(4000)] for texts that may be longer than 200 characters.

A function that takes `**fields: Unpack[SomeTypedDict]` gets of its keys those that were sent: what a call changes of a
record, while all else stays.

Lists come as a repeated parameter, separated by commas, or as "[1, 2]"; all three are seen in shipped clients.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from headend.kernel.errors import Invalid

Values: TypeAlias = Mapping[str, Sequence[Any]]
"""What was sent: for each name the values in their order, texts or, from a JSON body, JSON values."""

LONGEST_TEXT = 200
MOST_ENTRIES = 5000
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FLAGS = {"1": True, "true": True, "True": True, "0": False, "false": False, "False": False}
REQUIRED = inspect.Parameter.empty
UNSENT: Any = object()
"""The default of parameters of which it matters whether they were sent; what was sent empty is then read as such."""
ABSENT: Any = object()
"""The default of what a function gets only when it was sent, and not empty."""


class Sent(dict[str, Any]):
    """What was sent of the parameters that a call `takes`, by their names."""


@dataclass(frozen=True, slots=True)
class Longest:
    """The greatest length of a text parameter, in characters."""

    characters: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a call. `kind` is what one value is; `default` is REQUIRED when there is none."""

    name: str
    kind: type
    is_list: bool
    longest: int
    default: Any

    def read(self, values: Values) -> Any:
        """Read the parameter from what was sent; raises Invalid, with the parameter as its place."""
        sent = _given(self.name, values)
        given = [value for value in sent if value not in ("", None)]
        if not given and sent and self.default is UNSENT:
            return self._empty()
        if not given:
            if self.default is REQUIRED:
                raise Invalid(f"{self.name} is missing", self.name)
            return [] if self.is_list and self.default is None else self.default
        if not self.is_list:
            return self._value(given[-1])
        entries = [entry for value in given for entry in _entries(value, self.kind)]
        if len(entries) > MOST_ENTRIES:
            raise Invalid(f"{self.name} has more than {MOST_ENTRIES} entries", self.name)
        return [self._value(entry) for entry in entries]

    def _empty(self) -> Any:
        """What it means to send a parameter without a value: none, but of flags nothing at all."""
        if self.is_list:
            return []
        return {str: "", bool: UNSENT}.get(self.kind)

    def _value(self, value: Any) -> Any:
        try:
            read = _READERS[self.kind](value)
        except (ValueError, TypeError) as error:
            raise Invalid(f"{self.name} is not {_WORDS[self.kind]}", self.name) from error
        if self.kind is str and (len(read) > self.longest or _CONTROL.search(read)):
            raise Invalid(f"{self.name} is too long or has characters that no text has", self.name)
        return read


def _given(name: str, values: Values) -> Sequence[Any]:
    return values.get(name) or values.get(f"{name}[]") or ()


def _entries(value: Any, kind: type) -> Sequence[Any]:
    """The entries of one value of a list parameter."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        return [value]
    text = value.strip()
    if kind is dict or (text[:1] == "[" and text[-1:] == "]"):
        return _json_entries(text, kind)
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def _json_entries(text: str, kind: type) -> Sequence[Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return [text] if kind is dict else [each.strip(" '\"") for each in text[1:-1].split(",") if each.strip(" '\"")]
    return found if isinstance(found, list) else [found]


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not _WHOLE.fullmatch(str(value).strip()):
        raise ValueError
    return int(value)


def _decimal(value: Any) -> float:
    if isinstance(value, bool) or not _DECIMAL.fullmatch(str(value).strip()):
        raise ValueError
    return float(value)


def _flag(value: Any) -> bool:
    flag = _FLAGS.get(str(value).strip())
    if flag is None:
        raise ValueError
    return flag


def _text(value: Any) -> str:
    if isinstance(value, list | dict):
        raise ValueError
    return str(value).strip()


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _date(value: Any) -> date:
    return date.fromisoformat(str(value).strip())


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(str(value).strip())


_READERS: dict[type, Callable[[Any], Any]] = {
    int: _whole,
    float: _decimal,
    bool: _flag,
    str: _text,
    dict: _object,
    date: _date,
    datetime: _moment,
}
_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "0 or 1",
    str: "a text",
    dict: "an object",
    date: "a date (yyyy-mm-dd)",
    datetime: "a moment (yyyy-mm-ddThh:mm:ss)",
}


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The parameters that a function declares behind its first one, which is the caller; Sent is none of them."""
    hints = get_type_hints(function, include_extras=True)
    declared = list(inspect.signature(function).parameters.values())[1:]
    return tuple(found for each in declared for found in _parameters(each, hints[each.name]))


def _parameters(declared: inspect.Parameter, annotation: Any) -> Iterable[Parameter]:
    if annotation is Sent:
        return []
    if declared.kind is not inspect.Parameter.VAR_KEYWORD:
        return [_parameter(declared.name, annotation, declared.default)]
    (fields,) = get_args(annotation)
    hints = get_type_hints(fields, include_extras=True)
    return [_parameter(name, hint, ABSENT) for name, hint in hints.items()]


def loose(name: str, kind: type, *, is_list: bool = False, longest: int = LONGEST_TEXT) -> Parameter:
    """A parameter that a call takes if it is sent (`Sent`)."""
    return Parameter(name, kind, is_list, longest, UNSENT)


def _parameter(name: str, annotation: Any, default: Any) -> Parameter:
    longest = LONGEST_TEXT
    if get_origin(annotation) in (UnionType, Union):
        (annotation,) = (each for each in get_args(annotation) if each is not NoneType)
    if get_origin(annotation) is Annotated:
        annotation, mark = get_args(annotation)[:2]
        longest = mark.characters
    is_list = get_origin(annotation) is list
    kind = get_args(annotation)[0] if is_list else annotation
    kind = get_origin(kind) or kind
    if kind not in _READERS:
        raise TypeError(f"parameter {name}: nobody reads {annotation}")
    return Parameter(name, kind, is_list, longest, default)
