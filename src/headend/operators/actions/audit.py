"""Who wrote what: `record`, which every action of every context ends with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from headend.kernel.actor import Actor
from headend.operators.actions.forgetting import forget
from headend.operators.models import AuditEntry, Change, Operator
from headend.operators.queries import changes_before, last_change
from headend.operators.rules import EVENT_ENTITIES

SECRET_FIELDS = frozenset({"password", "digest", "sealed", "token_digest"})
JSON_ENCODER = DjangoJSONEncoder()


def record(*, actor: Actor, verb: str, obj: models.Model, changes: Mapping[str, Any] | None = None) -> None:
    """Write down that `actor` did `verb` ("add", "change", "delete", "import", …) to a record.

    One audit entry and one change row, in the caller's transaction. `changes` maps a field to its new value or
    to [old, new]; values of secret fields are left out by `difference`, and never reach this function otherwise.
    """
    entry = _entry(actor, verb, obj, changes or {})
    entry.save()
    announce(operator_id=entry.operator_id, entity=entry.entity, object_ids=[obj.pk])


def record_many(actor: Actor, verb: str, changes: Sequence[tuple[models.Model, Mapping[str, Any]]]) -> None:
    """`record` for many records, each with its changes."""
    entries = [_entry(actor, verb, obj, changed) for obj, changed in changes]
    AuditEntry.objects.bulk_create(entries, batch_size=1000)
    Change.objects.bulk_create(
        [Change(operator_id=e.operator_id, entity=e.entity, object_id=e.object_id) for e in entries], batch_size=1000
    )


def _entry(actor: Actor, verb: str, obj: models.Model, changes: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(
        operator_id=_operator_of(obj, verb),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        address=actor.address,
        verb=verb,
        entity=obj._meta.label_lower,
        object_id=obj.pk,
        object_name=str(obj)[:200],
        changes=dict(changes),
        is_news=obj._meta.label_lower in EVENT_ENTITIES or None,
    )


def _operator_of(obj: models.Model, verb: str) -> int | None:
    """The operator whose news this is; None for shared records and for an operator that is about to vanish."""
    if isinstance(obj, Operator):
        return None if verb == "delete" else obj.pk
    return getattr(obj, "operator_id", None)


def announce(*, operator_id: int | None, entity: str, object_ids: Iterable[int | None]) -> None:
    """Tell the gate that records changed, without an audit entry: for bulk writes that have one of their own."""
    Change.objects.bulk_create(
        [Change(operator_id=operator_id, entity=entity, object_id=number) for number in object_ids], batch_size=1000
    )


def forget_changes(*, before: datetime) -> int:
    """Delete change rows older than a moment, which every gate has read; says how many.

    The newest row stays in any case: its number is how gates know that the database is still the one they read.
    """
    return forget(changes_before(before).exclude(pk=last_change()))


def difference(before: models.Model | None, after: models.Model) -> dict[str, Any]:
    """What changed between two states of a record: {field: [old, new]}; secrets appear as "changed" only."""
    changed: dict[str, Any] = {}
    for field in after._meta.concrete_fields:
        old = getattr(before, field.attname, None) if before else None
        new = getattr(after, field.attname)
        if old == new or field.primary_key:
            continue
        changed[field.name] = "changed" if _is_secret(field.name) else [_plain(old), _plain(new)]
    return changed


def _is_secret(name: str) -> bool:
    return name in SECRET_FIELDS or name.startswith("sealed_")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return JSON_ENCODER.default(value) if not isinstance(value, models.Model) else value.pk
