"""What the fields of resources are made of, and shapes made of other shapes.

Shapes hold types only: how long a text may be and what else is allowed, the models know, and refuse by themselves.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Path, Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, create_model

from headend.kernel.errors import Invalid

LARGEST = 2**63 - 1
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _plain(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


Money = Annotated[str, BeforeValidator(_plain), Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,3})?$", examples=["-9.90"])]
"""An amount in a currency's main unit, as text, so that nobody's floating point touches it."""

Price = Annotated[str, BeforeValidator(_plain), Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$", examples=["9.90"])]
"""An amount that is not below zero."""

Number = Annotated[int, Field(ge=1, le=LARGEST)]
"""The number of a record."""


def _written(value: Any) -> Any:
    """Times and days are written as RFC 3339 says: a number could be seconds, milliseconds or a mistake."""
    if isinstance(value, date) or (isinstance(value, str) and _WRITTEN.match(value)):
        return value
    raise ValueError("a date or time as RFC 3339 writes it is needed")


def _in_utc(value: datetime) -> datetime:
    """PostgreSQL knows offsets below 16 hours, RFC 3339 allows 23:59; the first and last day may be out of reach."""
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time is out of range") from error


# JSON has no times: they are read from texts, also where a body must have the very types that are described.
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written), AfterValidator(_in_utc)]
Day = Annotated[date, Field(strict=False), BeforeValidator(_written)]

Whole = Annotated[int, Field(ge=0, le=2**31 - 1)]
Small = Annotated[int, Field(ge=0, le=2**15 - 1)]
"""As large as the narrowest engine keeps them."""

PathNumber = Annotated[int, Path(ge=1, le=LARGEST, description="The record's number.")]


class Fields(Schema):
    """What can be written, and is told again."""


class Names(Fields):
    """A name in the operator's language and in up to five others."""

    name: str
    name_lang1: str = ""
    name_lang2: str = ""
    name_lang3: str = ""
    name_lang4: str = ""
    name_lang5: str = ""


def partial(shape: type[Fields]) -> type[Fields]:
    """The shape of a change: the same fields, none of which has to be there."""
    fields: dict[str, Any] = {
        field: (about.rebuild_annotation(), Field(None, description=about.description, json_schema_extra=_undefault))
        for field, about in shape.model_fields.items()
    }
    made: type[Fields] = create_model(f"{shape.__name__}Changed", __base__=Fields, **fields)
    return made


def strict(shape: type[Fields], name: str) -> type[Fields]:
    """The shape as a body under this name: nothing but what is named may be in it, and no 0 for false, no "5" for 5."""
    config = ConfigDict(extra="forbid", strict=True)
    made: type[Fields] = type(name, (shape,), {"model_config": config, "__module__": __name__})
    return made


def _undefault(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def amount_of(text: str, place: str = "amount") -> Decimal:
    """An amount that came as text; raises Invalid for none above zero."""
    amount = Decimal(text)
    if amount <= 0:
        raise Invalid("an amount is above zero", place)
    return amount
