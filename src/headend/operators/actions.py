"""Every write on operators and their keys, and `record`, which every action of every context ends with."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from headend.kernel.actor import Actor
from headend.kernel.sealing import seal
from headend.kernel.tokens import digest_of, new_token
from headend.operators.errors import OperatorLoop
from headend.operators.models import ApiKey, AuditEntry, Change, Operator
from headend.operators.rules import Api, path_of

SECRET_FIELDS = frozenset({"password", "digest", "sealed", "token_digest"})
JSON_ENCODER = DjangoJSONEncoder()


def record(*, actor: Actor, verb: str, obj: models.Model, changes: Mapping[str, Any] | None = None) -> None:
    """Write down that `actor` did `verb` ("add", "change", "delete", "import", …) to a record.

    One audit entry and one change row, in the caller's transaction. `changes` maps a field to its new value or
    to [old, new]; values of secret fields are left out by `difference`, and never reach this function otherwise.
    """
    operator_id = _operator_of(obj, verb)
    entity = obj._meta.label_lower
    AuditEntry.objects.create(
        operator_id=operator_id,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        address=actor.address,
        verb=verb,
        entity=entity,
        object_id=obj.pk,
        object_name=str(obj)[:200],
        changes=dict(changes or {}),
    )
    announce(operator_id=operator_id, entity=entity, object_ids=[obj.pk])


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


@transaction.atomic
def save(*, actor: Actor, obj: models.Model) -> None:
    """Create or change one record as it stands, with its audit entry; nothing is written when nothing changed."""
    before = type(obj)._default_manager.filter(pk=obj.pk).first() if obj.pk else None
    changes = difference(before, obj)
    if before is not None and not changes:
        return
    obj.save()
    record(actor=actor, verb="change" if before else "add", obj=obj, changes=changes)


@transaction.atomic
def delete(*, actor: Actor, obj: models.Model) -> None:
    """Delete one record and what hangs on it, with its audit entry."""
    record(actor=actor, verb="delete", obj=obj, changes={})
    obj.delete()


@transaction.atomic
def save_operator(*, actor: Actor, operator: Operator) -> Operator:
    """Create or change an operator and keep its place in the tree; OperatorLoop when it would hang below itself."""
    parent = operator.parent
    if parent is not None and operator.pk and parent.path.startswith(operator.path):
        raise OperatorLoop(f"{operator} cannot stand below {parent}")
    before = operator.path
    if operator.pk is None:
        operator.save()
        before = ""
    operator.path = path_of(parent.path if parent else "", operator.pk)
    if before and before != operator.path:
        _move_children(before, operator.path)
    operator.save()
    record(actor=actor, verb="save", obj=operator)
    return operator


def _move_children(old_path: str, new_path: str) -> None:
    below = Operator.objects.filter(path__startswith=old_path).exclude(path=old_path)
    for child in below:
        child.path = new_path + child.path[len(old_path) :]
        child.save(update_fields=["path"])


@transaction.atomic
def issue_key(*, actor: Actor, operator: Operator, api: Api, sealing_key: str, name: str = "") -> tuple[ApiKey, str]:
    """Make a new API key; its text is given back this once and afterwards only verified or used for signatures."""
    text = new_token()
    key = ApiKey.objects.create(
        operator=operator,
        api=api.value,
        name=name,
        digest=digest_of(text),
        sealed=seal(text, sealing_key),
        hint=text[-4:],
    )
    record(actor=actor, verb="add", obj=key)
    return key, text
