"""What a change of tariffs, channels and prices would do, found out by doing it and taking it back; or it is kept."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _

from headend.billing.actions.runs import Report, run_billing
from headend.catalog.models import Channel, Tariff
from headend.interfaces.console.imports import Plan, plan_rows, write_whole
from headend.interfaces.console.plan_files import SHEETS, PlanFile, digest_of, records_of
from headend.kernel.actor import Actor
from headend.operators.models import Operator, Staff
from headend.playback.queries.effects import Effect, Effects, Snapshot, compare, snapshot_of

Changed: TypeAlias = list[tuple[Any, Collection[str]]]
"""Tariffs and channels, with the names of the fields that change."""

Write: TypeAlias = Callable[[], Changed]

# Fields of tariffs and channels by which households gain or lose something else than tariffs, channels and renewals.
NOT_COUNTED = (
    "activation_price",
    "basic_sessions",
    "additional_sessions",
    "one_address",
    "used_for_videos",
    "used_for_radio",
    "recording_days",
    "needs_parent_code",
)


@dataclass(slots=True)
class Outlook:
    """What a plan would do, or has done (`is_applied`); `plans` by kind of record, in the order of writing.

    `is_stale`: the records have changed since the file was exported. `names` of channels and tariffs, by kind and
    number. `run_before`, `run_after`: what tomorrow's billing run would do.
    """

    is_stale: bool = False
    is_applied: bool = False
    plans: dict[str, Plan] = field(default_factory=dict)
    before: Snapshot | None = None
    after: Snapshot | None = None
    effects: Effects | None = None
    run_before: Report | None = None
    run_after: Report | None = None
    changed: Changed = field(default_factory=list)
    names: dict[str, dict[int, str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[tuple[str, Any]]:
        """Everything that is wrong with the rows: (kind of record, problem)."""
        return [(name, problem) for name, plan in self.plans.items() for problem in plan.problems]

    @property
    def changes_anything(self) -> bool:
        """Whether a record would be created or changed."""
        return any(plan.rows for plan in self.plans.values())


def carry_out(  # noqa: PLR0913 - what a plan needs to know, each once
    *, file: PlanFile, operator: Operator, staff: Staff, actor: Actor, now: datetime, keep: bool
) -> Outlook:
    """Do what a file says in one transaction, look at the consequences, and take it back unless it is to be kept.

    Nothing is kept of a plan with problems, nor of one whose base is no longer the records' state.
    """

    def write(outlook: Outlook) -> bool:
        outlook.is_stale = file.base != digest_of(records_of(operator, staff))
        return _write(outlook, file, staff, actor)

    return _carried_out(operator, actor, now, write, keep=keep)


def foresee(*, operator: Operator, actor: Actor, now: datetime, write: Write) -> Outlook:
    """What changes of tariffs and channels, which `write` makes and tells, would do; they are taken back."""

    def change(outlook: Outlook) -> bool:
        outlook.changed = write()
        return True

    return _carried_out(operator, actor, now, change, keep=False)


def _carried_out(
    operator: Operator, actor: Actor, now: datetime, write: Callable[[Outlook], bool], *, keep: bool
) -> Outlook:
    """Have `write` do its work, which says whether it could, and look at what comes of it."""
    outlook = Outlook()
    with transaction.atomic():
        _lock(operator)
        outlook.before, outlook.run_before = snapshot_of(operator, now), _next_run(operator, actor, now)
        is_good = write(outlook)
        if is_good:
            outlook.after, outlook.run_after = snapshot_of(operator, now), _next_run(operator, actor, now)
            outlook.effects = compare(operator, outlook.before, outlook.after)
            outlook.names = _names(operator)
            outlook.warnings = _warnings(outlook)
        outlook.is_applied = keep and is_good and not outlook.is_stale
        if not outlook.is_applied:
            transaction.set_rollback(True)
    return outlook


def _next_run(operator: Operator, actor: Actor, now: datetime) -> Report:
    return run_billing(actor=actor, operator=operator, now=now + timedelta(days=1), is_dry=True)


def _lock(operator: Operator) -> None:
    """Nobody changes what the plan rests on meanwhile."""
    Operator.objects.select_for_update().get(pk=operator.pk)
    for sheet in SHEETS.values():
        list(sheet.model._default_manager.select_for_update().filter(operator=operator).values_list("pk", flat=True))


def _write(outlook: Outlook, file: PlanFile, staff: Staff, actor: Actor) -> bool:
    """Write what the file says, kind after kind; says whether all of it was good."""
    for name, kind in SHEETS.items():
        sheet = kind(staff)
        plan = outlook.plans[name] = plan_rows(sheet, file.rows[name])
        if plan.problems:
            return False
        write_whole(plan, sheet, actor)
    rows = [row for name in ("tariffs", "channels") for row in outlook.plans[name].rows]
    outlook.changed = [(row.obj, row.changes.keys()) for row in rows if not row.is_new]
    return True


def _names(operator: Operator) -> dict[str, dict[int, str]]:
    kinds = {"channels": Channel, "tariffs": Tariff}
    return {name: dict(model.objects.of(operator.pk).values_list("pk", "name")) for name, model in kinds.items()}


def _warnings(outlook: Outlook) -> list[str]:
    warnings = []
    if any(plan.unknown_columns for plan in outlook.plans.values()):
        unknown = sorted({name for plan in outlook.plans.values() for name in plan.unknown_columns})
        warnings.append(_("These fields are unknown and were left out: %(names)s.") % {"names": ", ".join(unknown)})
    if outlook.before and outlook.after and outlook.after.unchargeable > outlook.before.unchargeable:
        words = _(
            "%(number)d customers would hold a tariff in another currency than their balance: nothing is charged."
        )
        warnings.append(words % {"number": outlook.after.unchargeable})
    losers = outlook.effects.tariffs if outlook.effects else {}
    for record, fields in outlook.changed:
        warnings += _uncounted(record, set(fields))
        lost = losers.get(record.pk, Effect()).lose if isinstance(record, Tariff) else 0
        if lost and not record.is_enabled:
            words = _("“%(name)s” is disabled, but held: %(number)d customers lose it.")
            warnings.append(words % {"name": record, "number": lost})
    return warnings


def _uncounted(record: Any, fields: set[str]) -> Iterator[str]:
    """What a change does to households that nobody has counted."""
    if {"countries", "viewing_hours"} & fields:
        words = _("“%(name)s”: who loses by other countries or hours depends on where and when they watch.")
        yield words % {"name": record}
    labels = [str(record._meta.get_field(name).verbose_name) for name in NOT_COUNTED if name in fields]
    if labels:
        yield _("“%(name)s”: what comes of %(fields)s is not counted here.") % {
            "name": record,
            "fields": ", ".join(labels),
        }
