"""Channels out of a channel list: new entries become channels, changed ones change theirs, and nothing else is touched.

What of an entry has not changed in the list is not written again: what somebody has changed here stays.

A list is written in short transactions, so that a large one keeps nobody else from writing. An import that breaks off
between two of them is finished by repeating it: what was written is then found again by its whole key.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max, QuerySet

from headend.catalog.actions.guide_matches import MatchReport, apply_matches
from headend.catalog.actions.places import STEP
from headend.catalog.errors import ListBusy, ListTooLong, NothingToImport
from headend.catalog.models import Category, Channel
from headend.catalog.ports import ImportReport, ListHeader, ListItem, Problem
from headend.catalog.rules import (
    PARTS,
    SHIFT,
    EntryDraft,
    ImportKey,
    changed_parts,
    fit_entry,
    import_key,
    pair_entries,
    read_import_key,
    with_listed,
)
from headend.kernel.actor import Actor
from headend.kernel.portions import portions
from headend.operators.actions import announce, record
from headend.operators.models import Operator

MOST_ENTRIES = 100_000
ROWS_AT_ONCE = 500
"""Channels in one transaction; on a slow machine these take some tenths of a second."""

MOST_PROBLEMS = 1000
FIELDS = {
    "url": ("stream_url",),
    "guide_id": ("guide_id",),
    "name": ("name",),
    "number": ("lcn",),
    "logo": ("icon_url",),
    "groups": ("category",),
    "catchup": ("catchup", "recording_days"),
    "headers": ("http_headers",),
    "player": ("meta", "is_drm"),
    "adult": ("needs_parent_code",),
    "shift": ("meta",),
}
"""Which fields of a channel come from which part of an entry."""

assert tuple(FIELDS) == PARTS

LISTED = {"player": ("guide_name", "radio", "properties"), "shift": (SHIFT,)}
"""What of a channel's extra data comes from which part of an entry."""

DRM_PROPERTIES = (".license_type", ".license_key", ".drm", ".drm_legacy")
"""How the names of Kodi's properties end that say how to decrypt a stream."""


@dataclass(frozen=True, slots=True)
class ChannelListReport(ImportReport):
    """What the import of a channel list did. `missing` names the channels whose entries are no longer in the list.

    `disabled` of them were disabled; `guide_urls` is where the list says that its guides are.
    """

    missing: tuple[str, ...] = ()
    disabled: int = 0
    guide_urls: tuple[str, ...] = ()
    matches: MatchReport = MatchReport()


def import_channels(
    *,
    actor: Actor,
    operator: Operator,
    source_name: str,
    entries: Iterable[ListItem],
    now: datetime,
    disable_missing: bool = False,
) -> ChannelListReport:
    """Bring a channel list in; again changes nothing, a changed list changes what it says differently.

    `source_name` tells lists apart: channels of other lists and those made by hand are left alone. The whole list is
    read before anything is written. Films and episodes are skipped. Raises NothingToImport, ListTooLong, and what the
    reading of `entries` raises; nothing has been changed then. Raises ListBusy when somebody else changed the list's
    channels meanwhile; what was written until then stays, and the import is to be repeated.
    """
    listed = _read(entries)
    if not listed.drafts:
        raise NothingToImport("the list has no channel that could be taken")
    return _Import(operator, source_name[:100], now, listed).run(actor, disable_missing)


@dataclass(slots=True)
class _Listed:
    """What a list holds, and what was wrong with it."""

    drafts: list[EntryDraft] = field(default_factory=list)
    keys: list[ImportKey] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    guide_urls: tuple[str, ...] = ()
    videos: int = 0
    bad: int = 0

    def report(self, problem: Problem) -> None:
        self.bad += problem.is_loss
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def _read(entries: Iterable[ListItem]) -> _Listed:
    listed = _Listed()
    for item in entries:
        if isinstance(item, Problem):
            listed.report(item)
        elif isinstance(item, ListHeader):
            listed.guide_urls += item.guide_urls
        elif item.is_video:
            listed.videos += 1
        else:
            draft, remarks = fit_entry(item)
            listed.drafts.append(draft)
            for remark in remarks:
                listed.report(Problem(draft.line, remark, draft.name[:80], is_loss=False))
            if len(listed.drafts) > MOST_ENTRIES:
                raise ListTooLong(f"the list has more than {MOST_ENTRIES} channels", f"line {item.line}")
    listed.keys = [import_key(draft) for draft in listed.drafts]
    return listed


@dataclass(frozen=True, slots=True)
class _Known:
    """A channel of this list as it was."""

    id: int
    key_text: str
    key: ImportKey
    name: str
    sort: int
    is_enabled: bool


_Row = TypeVar("_Row")


def _busy() -> ListBusy:
    return ListBusy("somebody else changed the channels of this list meanwhile; import it again")


class _Import:
    """One import: compares, then writes in bulk, a short transaction for each batch."""

    def __init__(self, operator: Operator, source_name: str, now: datetime, listed: _Listed) -> None:
        self.operator = operator
        self.source_name = source_name
        self.now = now
        self.listed = listed
        self.total = self._rows().count()
        self.known = {known.id: known for known in self._known()}
        self.pairs = pair_entries({known.id: known.key for known in self.known.values()}, listed.keys)
        self.categories = {category.name.casefold(): category for category in Category.objects.of(operator.pk)}
        self.new_categories = 0
        self.made: set[int] = set()

    def _rows(self) -> QuerySet[Channel]:
        """The channels of this list."""
        return Channel.objects.of(self.operator.pk).filter(import_source=self.source_name)

    def _known(self) -> Iterator[_Known]:
        fields = ("pk", "import_key", "name", "sort", "is_enabled")
        for number, key_text, name, sort, is_enabled in self._rows().order_by("pk").values_list(*fields):
            key = read_import_key(key_text)
            if key:
                yield _Known(number, key_text, key, name, sort, is_enabled)

    def run(self, actor: Actor, disable_missing: bool) -> ChannelListReport:
        new = [place for place in range(len(self.listed.drafts)) if place not in self.pairs]
        changes = {place: parts for place in self.pairs if (parts := self._changes(place)) is not None}
        found = set(self.pairs.values())
        missing = [known for known in self.known.values() if known.id not in found and not known.key.is_gone]
        disabled = [known for known in missing if known.is_enabled] if disable_missing else []
        positions = self._positions()
        self._write(new, lambda places: self._create(places, positions))
        self._write(list(changes), lambda places: self._update({place: changes[place] for place in places}))
        self._write(disabled, self._disable)
        return self._finish(actor, len(new), len(changes), missing, len(disabled))

    def _write(self, rows: Sequence[_Row], write: Callable[[Sequence[_Row]], None]) -> None:
        for some in portions(rows, ROWS_AT_ONCE):
            with transaction.atomic():
                self._lock()
                write(some)
                announce(operator_id=self.operator.pk, entity=Channel._meta.label_lower, object_ids=[None])
                self._announce_categories()

    def _lock(self) -> None:
        """Let other imports wait, and stop where one has made or deleted channels of this list since it was read."""
        Operator.objects.select_for_update().get(pk=self.operator.pk)
        if self._rows().count() != self.total:
            raise _busy()

    @transaction.atomic
    def _finish(
        self, actor: Actor, created: int, updated: int, missing: Sequence[_Known], disabled: int
    ) -> ChannelListReport:
        """Match guides and write down what was done."""
        matches = apply_matches(operator=self.operator)
        report = ChannelListReport(
            created=created,
            updated=updated,
            unchanged=len(self.pairs) - updated,
            skipped=self.listed.videos + self.listed.bad,
            errors=self.listed.bad,
            problems=tuple(self.listed.problems),
            missing=tuple(known.name for known in missing),
            disabled=disabled,
            guide_urls=self.listed.guide_urls,
            matches=matches,
        )
        self._record(actor, report)
        return report

    def _record(self, actor: Actor, report: ChannelListReport) -> None:
        counts = {name: getattr(report, name) for name in ("created", "updated", "unchanged", "disabled")}
        counts["matched"] = report.matches.changed
        if report.created or report.updated or report.disabled or report.matches.changed:
            source = Channel(operator=self.operator, name=self.source_name)
            record(actor=actor, verb="import", obj=source, changes=counts)

    def _announce_categories(self) -> None:
        if self.new_categories:
            announce(operator_id=self.operator.pk, entity=Category._meta.label_lower, object_ids=[None])
            self.new_categories = 0

    # --- new entries ---

    def _create(self, places: Sequence[int], positions: Mapping[int, int]) -> None:
        channels = [self._new(place, positions[place]) for place in places]
        Channel.objects.bulk_create(channels)
        self.total += len(channels)
        # Not every engine gives the new numbers back; the keys of repeated entries are alike, as these entries are.
        keys = [channel.import_key for channel in channels]
        numbers = self._new_numbers(keys) if channels[0].pk is None else None
        pairs = [(numbers[channel.import_key].pop() if numbers else channel.pk, channel) for channel in channels]
        self._add_extra_categories(
            {number: self.listed.drafts[place] for place, (number, _) in zip(places, pairs, strict=True)}
        )
        self.made.update(number for number, _ in pairs)

    def _new_numbers(self, keys: Iterable[str]) -> dict[str, list[int]]:
        """The numbers of the channels that were made just now, by their keys."""
        numbers: dict[str, list[int]] = {}
        for key, number in self._rows().filter(import_key__in=set(keys)).values_list("import_key", "pk"):
            if number not in self.known and number not in self.made:
                numbers.setdefault(key, []).append(number)
        return numbers

    def _new(self, place: int, position: int) -> Channel:
        draft = self.listed.drafts[place]
        return Channel(
            operator=self.operator,
            sort=position,
            # Without an address there is nothing to watch yet; the channel waits for one.
            is_enabled=bool(draft.url),
            import_source=self.source_name,
            import_key=str(self.listed.keys[place]),
            **self._values(draft),
        )

    def _positions(self) -> dict[int, int]:
        """Where new channels stand: behind the one before them in the list."""
        last = Channel.objects.of(self.operator.pk).aggregate(last=Max("sort"))["last"] or 0
        behind = max(self.pairs, default=-1)
        positions: dict[int, int] = {}
        position = 0 if self.pairs else last
        for place in range(len(self.listed.drafts)):
            if place in self.pairs:
                position = self.known[self.pairs[place]].sort
            else:
                position += 1 if place < behind else STEP
                positions[place] = position
        return positions

    # --- changed entries ---

    def _changes(self, place: int) -> frozenset[str] | None:
        """Which parts of a known entry changed; empty when it only came back, None when nothing did."""
        known = self.known[self.pairs[place]]
        parts = changed_parts(known.key, self.listed.keys[place])
        return parts if parts or known.key.is_gone else None

    def _update(self, changes: Mapping[int, frozenset[str]]) -> None:
        channels = self._rows().in_bulk([self.pairs[place] for place in changes])
        for place, parts in changes.items():
            channel = channels.get(self.pairs[place])
            if channel is None or channel.import_key != self.known[channel.pk].key_text:
                raise _busy()
            fields = self._change(channel, place, parts)
            # One by one takes half the time of bulk_update, whose statement grows with rows times fields.
            channel.save(update_fields=(*fields, "import_key", "updated_at"))
        self._add_extra_categories(
            {self.pairs[place]: self.listed.drafts[place] for place, parts in changes.items() if "groups" in parts}
        )

    def _change(self, channel: Channel, place: int, parts: Collection[str]) -> list[str]:
        """Bring a channel up to date and name the fields that were set."""
        draft, key, before = self.listed.drafts[place], self.listed.keys[place], self.known[channel.pk].key
        values = self._values(draft)
        fields = [name for part in PARTS if part in parts for name in FIELDS[part]]
        names = [name for part in parts for name in LISTED.get(part, ())]
        values["meta"] = with_listed(channel.meta, values["meta"].get("list", {}), names)
        if before.is_gone or "url" in parts and not (before.digests[0] and draft.url):
            values["is_enabled"] = bool(draft.url)
            fields.append("is_enabled")
        for name in fields:
            setattr(channel, name, values[name])
        channel.import_key = str(key)
        return fields

    # --- entries that are no longer there ---

    def _disable(self, missing: Sequence[_Known]) -> None:
        for known in missing:
            gone = ImportKey(known.key.digests, is_gone=True)
            row = self._rows().filter(pk=known.id, import_key=known.key_text)
            if not row.update(is_enabled=False, import_key=str(gone), updated_at=self.now):
                raise _busy()

    # --- an entry's values ---

    def _values(self, draft: EntryDraft) -> dict[str, Any]:
        listed = {
            "guide_name": draft.guide_name,
            SHIFT: draft.shift_minutes,
            "radio": draft.is_radio,
            "properties": dict(draft.properties),
        }
        listed = {name: value for name, value in listed.items() if value}
        return {
            "name": draft.name,
            "stream_url": draft.url,
            "guide_id": draft.guide_id,
            "lcn": draft.number,
            "icon_url": draft.logo,
            "category": self._category(draft.groups[0]) if draft.groups else None,
            "catchup": dict(draft.catchup),
            "recording_days": draft.archive_days,
            "http_headers": dict(draft.headers),
            "meta": {"list": listed} if listed else {},
            "is_drm": any(name.endswith(DRM_PROPERTIES) for name in draft.properties),
            "needs_parent_code": draft.is_adult,
        }

    def _category(self, name: str) -> Category:
        category = self.categories.get(name.casefold())
        if category is None:
            # The engine decides whether it knows the name: some do not tell "Cine" from "Ciné".
            category, is_new = Category.objects.get_or_create(
                operator=self.operator, name=name, defaults={"sort": STEP * (len(self.categories) + 1)}
            )
            self.new_categories += is_new
            self.categories[name.casefold()] = category
        return category

    def _add_extra_categories(self, drafts: Mapping[int, EntryDraft]) -> None:
        """Give these channels, by number, the groups behind their first one, and no others."""
        links = Channel.extra_categories.through
        links._default_manager.filter(channel__in=[number for number in drafts if number in self.known]).delete()
        rows = {
            (number, self._category(name).pk)
            for number, draft in drafts.items()
            for name in draft.groups[1:]
            if self._category(name) != self._category(draft.groups[0])
        }
        links._default_manager.bulk_create(
            [links(channel_id=channel, category_id=category) for channel, category in sorted(rows)]
        )
