"""Every write on operators and their keys, and `record`, which every action of every context ends with."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, connections, models, router, transaction

from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid, NotFound
from headend.kernel.portions import portions
from headend.kernel.sealing import seal
from headend.kernel.tokens import digest_of, new_token
from headend.operators.errors import AnswerForAnother, AnswerPending, OperatorLoop
from headend.operators.models import (
    ApiKey,
    AuditEntry,
    Change,
    Dealer,
    KeptAnswer,
    Numbered,
    NumberSeries,
    Operator,
    Staff,
)
from headend.operators.queries import changes_before, last_change
from headend.operators.rules import EVENT_ENTITIES, SCOPES, Api, Role, number_of, path_of, series_of

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
    newest, forgotten = last_change(), 0
    while old := list(changes_before(before).exclude(pk=newest).values_list("pk", flat=True)[:500]):
        forgotten += Change.objects.filter(pk__in=old).delete()[0]
    return forgotten


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


@transaction.atomic
def save_operator(*, actor: Actor, operator: Operator) -> Operator:
    """Create or change an operator and keep its place in the tree; OperatorLoop when it would hang below itself."""
    parent = operator.parent
    before = Operator.objects.filter(pk=operator.pk).first() if operator.pk else None
    if parent is not None and before is not None and parent.path.startswith(before.path):
        raise OperatorLoop(f"{operator} cannot stand below {parent}")
    if before is None:
        operator.save()
    operator.path = path_of(parent.path if parent else "", operator.pk)
    changes = difference(before, operator)
    if before is not None and not changes:
        return operator
    if before is not None and before.path != operator.path:
        _move_children(before.path, operator.path)
    operator.save()
    record(actor=actor, verb="change" if before else "add", obj=operator, changes=changes)
    return operator


def _move_children(old_path: str, new_path: str) -> None:
    below = Operator.objects.filter(path__startswith=old_path).exclude(path=old_path)
    for child in below:
        child.path = new_path + child.path[len(old_path) :]
        child.save(update_fields=["path"])


@transaction.atomic
def issue_key(  # noqa: PLR0913 - a key, told in full
    *,
    actor: Actor,
    operator: Operator,
    api: Api,
    sealing_key: str,
    name: str = "",
    dealer: Dealer | None = None,
    scopes: Collection[str] = (),
    expires_at: datetime | None = None,
    text: str = "",
) -> tuple[ApiKey, str]:
    """Make a new API key; its text is given back this once and afterwards only verified or used for signatures.

    `text` is one that devices or scripts have already, of at least 16 characters; else it is made up.
    Keys of the dealers' API, and only they, belong to a dealer of the operator, and only those of the REST API have
    scopes; raises Invalid.
    """
    if (api is Api.DEALERS) != (dealer is not None) or (dealer and dealer.operator_id != operator.pk):
        raise Invalid("a key of the dealers' API, and only that, belongs to one of the operator's dealers", "dealer")
    if wrong := set(scopes) - set(SCOPES if api is Api.REST else ()):
        raise Invalid(f"there is no scope {min(wrong)}", "scopes")
    if text and not (len(text) >= LEAST_OF_A_KEY and text.isascii() and text.isprintable() and " " not in text):
        raise Invalid(f"a key has at least {LEAST_OF_A_KEY} printable characters without spaces", "text")
    text = text or new_token()
    key = ApiKey.objects.create(
        operator=operator,
        api=api.value,
        dealer=dealer,
        name=name,
        digest=digest_of(text),
        sealed=seal(text, sealing_key) if api.signs else "",
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires_at=expires_at,
        hint=text[-4:],
    )
    record(actor=actor, verb="add", obj=key)
    return key, text


LEAST_OF_A_KEY = 16
USED_TO_THE = timedelta(minutes=1)


def note_use(*, key: ApiKey, now: datetime) -> None:
    """Write down that a key was used, once a minute at most; a habit, not audited."""
    if key.last_used_at is None or now - key.last_used_at >= USED_TO_THE:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


@transaction.atomic
def take_number(*, operator: Operator, kind: Numbered, mask: str, day: date) -> str:
    """The next number of an operator's documents of a kind, without a gap: others wait until the transaction ends."""
    where: dict[str, Any] = {"operator": operator, "kind": kind, "series": series_of(mask, day)}
    # Written over, not ignored, where it is there: what MariaDB ignores it holds as a reader, and two who hold a row so
    # can't both go on to write it.
    by = ("operator", "kind", "series") if connection.features.supports_update_conflicts_with_target else None
    NumberSeries.objects.bulk_create(
        [NumberSeries(**where)], update_conflicts=True, unique_fields=by, update_fields=("kind",)
    )
    series = NumberSeries.objects.select_for_update().get(**where)
    series.last += 1
    series.save(update_fields=("last",))
    return number_of(mask, day, series.last)


# --- answers to requests that may be repeated ---

ANSWERS_KEPT = timedelta(hours=24)
ANSWER_LEASE = timedelta(seconds=60)


def claim_answer(*, key: ApiKey, digest: str, fingerprint: str, now: datetime, may_resume: bool) -> KeptAnswer:
    """The answer kept under an idempotency key, or, with `status` None, the right to find it: then carry the request
    out and call `keep_answer` in the same transaction, or `drop_answer`.

    Raises AnswerForAnother when the key stands for another request, and AnswerPending while somebody else carries it
    out. Whoever was silent for ANSWER_LEASE has died and left nothing behind, unless what was asked for is more than
    one transaction: then `may_resume` is False, and nobody tries again.
    """
    forget_answers(before=now - ANSWERS_KEPT, of=KeptAnswer.objects.filter(key=key, digest=digest))
    mine = KeptAnswer(key=key, digest=digest, fingerprint=fingerprint, holder=new_token(), at=now)
    try:
        with transaction.atomic():
            mine.save(force_insert=True)
        return mine
    except IntegrityError:
        kept = KeptAnswer.objects.filter(key=key, digest=digest).first()
    if kept is None:  # given up or forgotten just now
        raise AnswerPending("the same request has just ended; ask again")
    if kept.fingerprint != fingerprint:
        raise AnswerForAnother("the idempotency key was used for another request")
    if kept.status is None and not (may_resume and now - kept.at >= ANSWER_LEASE and _take_over(kept, mine)):
        raise AnswerPending("the same request is being carried out")
    return kept


def _take_over(kept: KeptAnswer, mine: KeptAnswer) -> bool:
    abandoned = KeptAnswer.objects.filter(pk=kept.pk, status=None, holder=kept.holder)
    kept.holder, kept.at = mine.holder, mine.at
    return bool(abandoned.update(holder=mine.holder, at=mine.at))


def keep_answer(*, claim: KeptAnswer, status: int, sealed: str) -> None:
    """Keep what was answered; raises AnswerPending when somebody else has taken over, so that nothing is done twice."""
    ours = KeptAnswer.objects.filter(pk=claim.pk, status=None, holder=claim.holder)
    if not ours.update(status=status, sealed=sealed):
        raise AnswerPending("the same request is being carried out")


def drop_answer(*, claim: KeptAnswer) -> None:
    """Give a claim back: nothing was done, and the next request with the key begins anew."""
    KeptAnswer.objects.filter(pk=claim.pk, status=None, holder=claim.holder).delete()


def forget_answers(*, before: datetime, of: models.QuerySet[KeptAnswer] | None = None) -> int:
    """Delete answers of before a moment; says how many."""
    answers = KeptAnswer.objects.all() if of is None else of
    return answers.filter(at__lt=before).delete()[0]


@transaction.atomic
def create_staff(
    *,
    actor: Actor,
    username: str,
    password: str,
    role: Role,
    operator: Operator | None = None,
    dealer: Dealer | None = None,
) -> Staff:
    """Create somebody who may log in to the console. Only a superuser may do without an operator.

    Raises Invalid, with the place "username" or "password", for a name that is taken and a password that is too weak.
    """
    is_superuser = role is Role.SUPERUSER
    if operator is None and not is_superuser:
        raise Invalid(f"the role {role.label} needs an operator", "operator")
    staff = Staff(username=username, role=role.value, operator=operator, dealer=dealer)
    staff.is_staff, staff.is_superuser = True, is_superuser
    try:
        staff.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), "username") from error
    if Staff.objects.filter(username=username).exists():
        raise Invalid(f"there is a {username} already", "username")
    _take_password(staff, password)
    save(actor=actor, obj=staff)
    return staff


def set_staff_password(*, actor: Actor, staff: Staff, password: str) -> None:
    """Give somebody another password; raises Invalid, with the place "password", for one that is too weak."""
    _take_password(staff, password)
    save(actor=actor, obj=staff, only={"password"})


def _take_password(staff: Staff, password: str) -> None:
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), "password") from error
    staff.set_password(password)
