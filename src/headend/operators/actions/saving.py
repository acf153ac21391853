"""Records written and deleted, with their audit entries and change rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connections, models, router, transaction

from headend.kernel.actor import Actor
from headend.kernel.errors import NotFound
from headend.kernel.portions import portions
from headend.operators.actions.audit import difference, record, record_many

Links = Mapping[str, Iterable[models.Model]]


@transaction.atomic
def save(*, actor: Actor, obj: models.Model, links: Links | None = None, only: Collection[str] | None = None) -> None:
    """Create or change one record as it stands, with its audit entry; nothing is written when nothing changed.

    `links` names many-to-many fields and the records they shall lead to; those not named stay as they are. With `only`
    these fields are written, and all others stay, in `obj` too, as they have become by now: for records that were read
    some time ago, such as before somebody else was asked. Raises NotFound when such a record is gone.
    """
    if only is not None:
        refresh_others(obj, only)
    before = type(obj)._default_manager.filter(pk=obj.pk).first() if obj.pk else None
    changes = difference(before, obj)
    if before is None or changes:
        obj.save()
    changes |= _save_links(obj, links or {})
    if before is None or changes:
        record(actor=actor, verb="change" if before else "add", obj=obj, changes=changes)


def refresh_others(obj: models.Model, but: Collection[str]) -> None:
    """Give all fields of a record but these the values that they have by now, under the lock of its row.

    Raises NotFound when it is gone.
    """
    now = type(obj)._default_manager.select_for_update().filter(pk=obj.pk).first()
    if now is None:
        raise NotFound(f"{obj} is gone")
    for field in obj._meta.concrete_fields:
        if field.name not in but:
            setattr(obj, field.attname, getattr(now, field.attname))


def _save_links(obj: models.Model, links: Links) -> dict[str, dict[str, list[Any]]]:
    """Set many-to-many fields; says which numbers came and went, by field: {field: {"added": [], "removed": []}}."""
    changes = {}
    for name, records in links.items():
        manager = getattr(obj, name)
        old, new = set(manager.values_list("pk", flat=True)), {linked.pk for linked in records}
        if old != new:
            manager.add(*(new - old))
            manager.remove(*(old - new))
            changes[name] = {"added": sorted(new - old), "removed": sorted(old - new)}
    return changes


@transaction.atomic
def add_many(*, actor: Actor, objects: Collection[models.Model]) -> None:
    """Create many records of one model, with an audit entry for each."""
    if objects:
        insert_many(list(objects))
        record_many(actor, "add", [(obj, difference(None, obj)) for obj in objects])


def insert_many(objects: Sequence[models.Model]) -> None:
    """Insert records of one model, which then know their numbers; the caller writes them down in the audit log."""
    model = type(objects[0])
    tells_numbers = connections[router.db_for_write(model)].features.can_return_rows_from_bulk_insert
    if tells_numbers and not model._meta.parents:
        model._default_manager.bulk_create(objects, batch_size=500)
    else:  # MySQL does not say which numbers it gave
        for obj in objects:
            obj.save(force_insert=True)


@transaction.atomic
def save_many(*, actor: Actor, objects: Collection[models.Model], fields: Collection[str]) -> int:
    """Write these fields of many records of one model, with an audit entry for each that changed; says how many did."""
    changed = [(obj, changes) for obj, changes in _differences(objects) if changes]
    if changed:
        model = type(changed[0][0])
        stamps = [f for f in model._meta.concrete_fields if getattr(f, "auto_now", False)]
        for obj, _ in changed:
            for stamp in stamps:
                stamp.pre_save(obj, add=False)
        names = [*fields, *(stamp.name for stamp in stamps)]
        model._default_manager.bulk_update([obj for obj, _ in changed], names, batch_size=500)
        record_many(actor, "change", changed)
    return len(changed)


def _differences(objects: Collection[models.Model]) -> Iterable[tuple[models.Model, dict[str, Any]]]:
    for batch in portions(list(objects), 500):
        before = type(batch[0])._default_manager.in_bulk([obj.pk for obj in batch])
        yield from ((obj, difference(before[obj.pk], obj)) for obj in batch if obj.pk in before)


@transaction.atomic
def delete(*, actor: Actor, obj: models.Model) -> None:
    """Delete one record and what hangs on it, with its audit entry."""
    record(actor=actor, verb="delete", obj=obj, changes={})
    obj.delete()


@transaction.atomic
def delete_many(*, actor: Actor, objects: models.QuerySet[Any]) -> int:
    """Delete many records of one model and what hangs on them, with an audit entry for each; says how many."""
    everything = list(objects)
    record_many(actor, "delete", [(obj, {}) for obj in everything])
    for batch in portions(everything, 500):
        objects.model._default_manager.filter(pk__in=[obj.pk for obj in batch]).delete()
    return len(everything)
