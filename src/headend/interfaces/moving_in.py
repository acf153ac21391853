"""Brings the records of another system in as rows of our tables, through the same checks and actions as an import."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from headend.billing.actions import open_balances
from headend.billing.rules import MOST
from headend.interfaces.console.account_sheet import AccountSheet
from headend.interfaces.console.catalog_sheets import CategorySheet, ChannelSheet, TariffSheet
from headend.interfaces.console.devices import DeviceSheet
from headend.interfaces.console.imports import Plan, plan_rows, write
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.subscribers import CustomerSheet, TariffSubscriptionSheet
from headend.interfaces.console.vod import AssetSheet, TitleSheet
from headend.interfaces.console.vod_shared import GenreSheet
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.kernel.tokens import digest_of
from headend.operators.actions import issue_key
from headend.operators.models import ApiKey, Staff
from headend.operators.rules import Api
from headend.subscribers.models import DeviceType
from headend.subscribers.ports import Brought, Notes, Ref

PORTION = 2000
MOST_PROBLEMS = 1000


class _Channels(ChannelSheet):
    """Known by what the other system calls them: their names and numbers need not be unique there."""

    columns: tuple[str, ...] = (*ChannelSheet.columns, "import_source", "import_key")  # type: ignore[assignment]


class _Accounts(AccountSheet):
    """Passwords are taken for new accounts only: whoever has moved may have chosen another one since."""

    extra = (*AccountSheet.extra, "password_hash")

    def read_extra(self, obj: Any, row: Any) -> None:
        super().read_extra(obj, row)
        if obj.pk is not None:
            obj.new_password = ""
        elif row.get("password_hash"):
            obj.password = row["password_hash"]


# In the order in which they are written, for each refers to those before it only; and by what each is recognised.
_SHEETS: dict[str, tuple[type[Sheet], str]] = {
    "categories": (CategorySheet, "name"),
    "channels": (_Channels, "import_source import_key"),
    "genres": (GenreSheet, "name"),
    "tariffs": (TariffSheet, "external_id"),
    "customers": (CustomerSheet, "external_id"),
    "accounts": (_Accounts, "external_id"),
    "devices": (DeviceSheet, "uid"),
    "subscriptions": (TariffSubscriptionSheet, "customer tariff"),
    "account_subscriptions": (TariffSubscriptionSheet, "account tariff"),
    "titles": (TitleSheet, "external_id"),
    "assets": (AssetSheet, "external_id"),
}


@dataclass(slots=True)
class Counts:
    """What became of the records of one kind."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(slots=True)
class MovingReport:
    """What was brought, or would be; `problems` as (origin, field, message), the first thousand."""

    is_dry: bool
    counts: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    @property
    def refused(self) -> int:
        """How many records could not be taken."""
        return sum(each.refused for each in self.counts.values())


def move_in(  # noqa: PLR0913 - what moving in needs to know, each once
    records: Iterable[Brought],
    *,
    system: str,
    staff: Staff,
    actor: Actor,
    report: MovingReport,
    progress: Callable[[int], None],
) -> None:
    """Write the records of a system, in portions that keep nobody waiting; what cannot be taken stays behind.

    A dry run writes them too, in one transaction, and takes them back.
    """
    mover = _Mover(system, staff, actor, report)
    with transaction.atomic() if report.is_dry else nullcontext():
        done = 0
        for portion in _portions(records):
            mover.take(portion)
            done += len(portion)
            progress(done)
        if report.is_dry:
            transaction.set_rollback(True)


def _portions(records: Iterable[Brought]) -> Iterator[list[Brought]]:
    rest = iter(records)
    while portion := list(islice(rest, PORTION)):
        yield portion


def _amount_in(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < MOST else None


class _Mover:
    def __init__(self, system: str, staff: Staff, actor: Actor, report: MovingReport) -> None:
        self._system, self._staff, self._actor, self._report = system, staff, actor, report
        self._numbers: dict[tuple[str, str], int] = {}
        self._device_types = set(DeviceType.objects.values_list("system_name", flat=True))

    def take(self, portion: list[Brought]) -> None:
        """Write some records, kind after kind."""
        by_kind: dict[str, list[Brought]] = defaultdict(list)
        for record in portion:
            by_kind[record.entity].append(record)
        for entity, (kind, key) in _SHEETS.items():
            if by_kind[entity]:
                sheet = kind(self._staff)
                sheet.keys = (tuple(key.split()),)
                self._take(entity, sheet, by_kind[entity])
        if by_kind["balances"]:
            self._open(by_kind["balances"])
        for record in by_kind["keys"]:
            self._keep_keys(record)

    def _take(self, entity: str, sheet: Sheet, records: list[Brought]) -> None:
        plan = plan_rows(sheet, [(place, self._row(record)) for place, record in enumerate(records)])
        if self._report.is_dry:
            sheet.make_secrets = lambda objects: None  # type: ignore[method-assign] # slow, and taken back at once
        write(plan, sheet, self._actor)
        for row in plan.rows:
            self._numbers[entity, records[row.line].key] = row.obj.pk
        for place, obj in plan.same:
            self._numbers[entity, records[place].key] = obj.pk
        self._count(entity, plan, records)

    def _count(self, entity: str, plan: Plan, records: list[Brought]) -> None:
        counts, problems = self._report.counts[entity], self._report.problems
        counts.created += plan.created
        counts.changed += plan.updated
        counts.unchanged += plan.unchanged
        counts.refused += plan.refused
        room = max(0, MOST_PROBLEMS - len(problems))
        problems += [(records[each.line].origin, each.column, each.message) for each in plan.problems[:room]]

    def _open(self, records: list[Brought]) -> None:
        """Bring balances in, one entry for each; one that is another by now is told of, and stays as it came."""
        came: dict[int, Brought] = {}
        balances: dict[int, Decimal] = {}
        for record in records:
            number, amount = self._numbers.get(("customers", record.key)), _amount_in(str(record.fields["amount"]))
            if amount is None:
                self._refuse(record, _("This is no amount."))
            elif number is not None:
                came[number], balances[number] = record, amount
            elif amount:
                self._refuse(record, _("Its customer did not come."))
        opened = open_balances(
            actor=self._actor,
            operator_id=self._staff.operator_id or 0,
            balances=balances,
            now=datetime.now(UTC),
            comment=self._system,
        )
        counts = self._report.counts["balances"]
        counts.created += opened.posted
        for number, (then, now) in opened.before.items():
            if then == now:
                counts.unchanged += 1
            else:
                words = _(
                    "The balance came in as %(then)s and is %(now)s there by now: correct it here, if it should be."
                )
                self._refuse(came[number], words % {"then": then, "now": now})

    def _keep_keys(self, record: Brought) -> None:
        """Let keys that devices and scripts have go on opening; one that was revoked here stays so."""
        operator, counts = self._staff.operator, self._report.counts["keys"]
        assert operator is not None  # whoever moves in works for one
        if record.key != str(operator.pk):
            self._note(f"{record.key}, operator {operator.pk} here", "client_id of devices and scripts")
        for name, text in record.fields.items():
            api = Api(name)
            if ApiKey.objects.filter(operator=operator, api=api.value, digest=digest_of(str(text))).exists():
                counts.unchanged += 1
                continue
            try:
                issue_key(
                    actor=self._actor,
                    operator=operator,
                    api=api,
                    sealing_key=settings.ENCRYPTION_KEY,
                    name=self._system,
                    text=str(text),
                )
                counts.created += 1
            except Invalid as error:
                self._refuse(record, f"{api.label}: {error}", "key")

    def _refuse(self, record: Brought, message: str, field: str = "balance") -> None:
        self._report.counts[record.entity].refused += 1
        if len(self._report.problems) < MOST_PROBLEMS:
            self._report.problems.append((record.origin, field, message))

    def _row(self, record: Brought) -> dict[str, str]:
        row = {name: self._cell(record, value) for name, value in record.fields.items()}
        if record.entity == "channels":
            row |= {"import_source": self._system, "import_key": record.key}
        if row.get("device_type", "") not in self._device_types:
            self._note(row.pop("device_type", ""), "devices of an unknown type")
        return row

    def _note(self, value: str, what: str) -> None:
        if value:
            self._report.notes.values[f"{what}: {value[:40]}"] += 1

    def _cell(self, record: Brought, value: str | Ref | tuple[Ref, ...]) -> str:
        if isinstance(value, str):
            return value
        found = []
        for ref in (value,) if isinstance(value, Ref) else value:
            number = self._numbers.get((ref.entity, ref.key))
            if number is None:
                self._note(ref.entity, f"{record.entity} that name what did not come")
            else:
                found.append(f"#{number}")
        return " | ".join(found)
