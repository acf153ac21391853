"""What writes of several resources share: numbers become records of the operator, records are saved as they stand."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from headend.interfaces.rest.callers import Caller
from headend.operators.actions import Links, delete, save
from headend.operators.models import OperatorOwned

References = Mapping[str, tuple[str, type[OperatorOwned]]]


def resolved(caller: Caller, given: Mapping[str, Any], references: References) -> dict[str, Any]:
    """The same fields, with the operator's records in the place of their numbers; raises Invalid."""
    fields = {}
    for name, value in given.items():
        if name in references:
            name, model = references[name][0], references[name][1]
            value = caller.find(model, value, f"{name}_id")
        fields[name] = value
    return fields


def put(caller: Caller, record: Model, fields: Mapping[str, Any], links: Links | None = None) -> Model:
    """Save a record with these fields, checked as its form would; raises ValidationError."""
    for name, value in fields.items():
        setattr(record, name, value)
    record.clean_fields()
    save(actor=caller.actor, obj=record, links=links)
    return record


def plain(model: type[OperatorOwned], references: References, links: Mapping[str, tuple[str, type[Any]]]) -> Any:
    """`make`, `change` and `remove` of a resource whose records are saved as they stand.

    `links` names fields that hold lists of numbers: {"channel_ids": ("channels", Channel)}.
    """

    def write(caller: Caller, record: Model, given: Mapping[str, Any]) -> Model:
        linked = {links[name][0]: caller.find_all(links[name][1], given[name], name) for name in links if name in given}
        own = {name: value for name, value in given.items() if name not in links}
        return put(caller, record, resolved(caller, own, references), linked)

    def make(caller: Caller, body: Any) -> Model:
        return write(caller, model(operator=caller.operator), body.model_dump())

    return {"make": make, "change": write, "remove": remove}


def remove(caller: Caller, record: Model) -> None:
    """Delete a record."""
    delete(actor=caller.actor, obj=record)
