"""What devices tell of themselves, read from what they send; which commands are for which device. Pure.

Numbers are taken as they come: the documentation of the wire says nothing of units, so none are assumed here.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headend.kernel.errors import Invalid

LARGEST_DETAILS = 64 * 1024  # characters of JSON; a television lists two hundred applications
MOST_METRICS = 100
DEEPEST = 20  # lists and objects in one another; databases have limits of their own, and lower ones than JSON
_LARGEST = 2**62
_PARAMETERS: Mapping[str, type] = {
    "url": str,
    "image_description": str,
    "ping_count": int,
    "timeout": int,
    "appid": list,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What is charted and searched for in a report; None for what was not told."""

    cpu_load: float | None = None
    cpu_io: float | None = None
    memory_total: int | None = None
    memory_used: int | None = None
    cc_errors: int | None = None
    rtp_errors: int | None = None
    decoding_errors: int | None = None
    average: float | None = None
    lost: int | None = None
    error_code: int | None = None


_FIELDS = (
    ("cpu", "la", "cpu_load", float),
    ("cpu", "io", "cpu_io", float),
    ("mem", "t", "memory_total", int),
    ("mem", "u", "memory_used", int),
    ("video", "cc-errors", "cc_errors", int),
    ("video", "rtp-errors", "rtp_errors", int),
    ("video", "decoding-errors", "decoding_errors", int),
)


def read_metrics(metrics: Sequence[Mapping[str, Any]]) -> Measured:
    """Read the figures of a report. Its objects each hold one group of figures or several; the last one counts.

    Raises Invalid, with the figure as its place.
    """
    if not metrics or len(metrics) > MOST_METRICS:
        raise Invalid("no metrics, or too many", "metrics")
    groups: dict[str, Mapping[str, Any]] = {}
    for each in metrics:
        for name in ("cpu", "mem", "video"):
            group = each.get(name)
            if group is not None and not isinstance(group, Mapping):
                raise Invalid("not an object", f"metrics.{name}")
            groups[name] = {**groups.get(name, {}), **(group or {})}
    found = {
        ours: _number(groups[group].get(name), kind, f"metrics.{group}.{name}") for group, name, ours, kind in _FIELDS
    }
    return Measured(**found)


def _number(value: Any, kind: type, place: str) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Invalid("not a number", place)
    if abs(value) > _LARGEST:
        raise Invalid("too large a number", place)
    return kind(value)


def check_details(details: Mapping[str, Any]) -> None:
    """Raise Invalid when what a device tells besides is more than anybody reads."""
    try:
        text = json.dumps(details, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError) as error:
        raise Invalid("this cannot be kept") from error
    if len(text) > LARGEST_DETAILS or "\\u0000" in text or _is_deep(details, DEEPEST):
        raise Invalid("this is too long or too deep to be kept")


def _is_deep(value: object, left: int) -> bool:
    if not isinstance(value, Mapping | list):
        return False
    inner = value.values() if isinstance(value, Mapping) else value
    return left == 0 or any(_is_deep(each, left - 1) for each in inner)


# --- commands ---


@dataclass(frozen=True, slots=True)
class Build:
    """The firmware that a device runs."""

    display: str
    incremental: str


def is_for(wanted: Build, build: Build) -> bool:
    """Say whether a command is for devices with this firmware; what it leaves empty, it does not ask for."""
    return wanted.display in ("", build.display) and wanted.incremental in ("", build.incremental)


def check_parameters(parameters: object) -> None:
    """Raise Invalid unless these are parameters of commands as the wire knows them."""
    if not isinstance(parameters, Mapping):
        raise Invalid("an object is needed", "parameters")
    for name, value in parameters.items():
        kind = _PARAMETERS.get(name)
        if kind is None:
            raise Invalid(f"{name}: there are {', '.join(_PARAMETERS)}", "parameters")
        is_right = isinstance(value, kind) and not isinstance(value, bool)
        if is_right and kind is list:
            is_right = all(isinstance(each, str) for each in value)
        if not is_right:
            raise Invalid(f"{name} is of another kind", "parameters")
