"""Brings the programmes of a source's channels in line with a guide, some thousand at a time.

Only what differs is written, each batch in one short transaction: SQLite has one writer, and memory stays small.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec
from django.db import transaction

from headend.catalog.actions.guide_rows import Row, insert
from headend.catalog.actions.guide_spool import Spool, Stored
from headend.catalog.models import GuideSource, Programme
from headend.catalog.ports import Problem
from headend.catalog.repairs import LONGEST, Placed, place
from headend.kernel.portions import portions
from headend.operators.actions import announce

MOST_PROBLEMS = 1000  # told one by one; all are counted
PROGRAMMES_AT_ONCE = 2000
CHANNELS_AT_ONCE = 50  # bounds what is read of the records when a guide says little of each channel
LONGEST_TITLE = 500
GUIDE_CHANNEL = "catalog.guidechannel"

Batch: TypeAlias = dict[int, list[Placed]]
"""The guide's programmes by the number of their channel."""

There: TypeAlias = dict[int, tuple[int, int, int]]
"""A channel's programmes in the records: number, stop and fingerprint by start."""

_NOT_THERE = (0, 0, 0)
_STORED = msgspec.msgpack.Decoder(Stored)


@dataclass(slots=True)
class Count:
    """What an import has done so far; see `catalog.ports.GuideReport`."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    repeated: int = 0
    skipped: int = 0
    channels_created: int = 0
    channels_updated: int = 0
    problems: list[Problem] = field(default_factory=list)

    def note(self, problem: Problem) -> None:
        """Count a problem; of very many only the first are kept."""
        self.skipped += problem.is_loss
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the programmes of one source. `categories` has the numbers of the categories by the source's words;
    `guard` is called in each transaction, and may raise."""

    source: GuideSource
    categories: Mapping[str, int]
    count: Count
    guard: Callable[[], None]

    def write(self, spool: Spool, channels: Mapping[str, int], made: set[int], told: Callable[[int], None]) -> None:
        """Write what the spool has of `channels`, which are numbers by the guide's ids.

        Those in `made` are new, so that there is nothing to compare with. `told` hears how many channels are done.
        """
        done = 0
        for batch in self._batches(spool, channels):
            with _collector_at_rest():
                self._write_batch(batch, made)
            done += len(batch)
            told(done)

    def _batches(self, spool: Spool, channels: Mapping[str, int]) -> Iterator[Batch]:
        batch: Batch = {}
        size = 0
        for guide_id, channel in channels.items():
            batch[channel] = self._placed(spool, guide_id)
            size += len(batch[channel])
            if size >= PROGRAMMES_AT_ONCE or len(batch) == CHANNELS_AT_ONCE:
                yield batch
                batch, size = {}, 0
        yield batch

    def _write_batch(self, batch: Batch, made: set[int]) -> None:
        there = _there({channel: placed for channel, placed in batch.items() if channel not in made})
        difference = _Difference(self.categories)
        for channel, placed in batch.items():
            difference.compare(channel, placed, there.get(channel, {}))
        self._apply(difference)

    def _placed(self, spool: Spool, guide_id: str) -> list[Placed]:
        with _collector_at_rest():
            placed, problems, repeated = place(spool.slots(guide_id))
        self.count.repeated += repeated
        for problem in problems:
            self.count.note(problem)
        return placed

    def _apply(self, difference: "_Difference") -> None:
        if difference.channels:
            with transaction.atomic():
                self.guard()
                difference.write()
                announce(operator_id=self.source.operator_id, entity=GUIDE_CHANNEL, object_ids=difference.channels)
        self.count.created += len(difference.made) - difference.replaced
        self.count.updated += difference.replaced + difference.moved
        self.count.removed += len(difference.gone) - difference.replaced
        self.count.unchanged += difference.unchanged


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python from looking for cycles: a batch makes none, but so many small objects that it looks all the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _there(batch: Batch) -> dict[int, There]:
    """What the records have where a batch has something, and possibly more around it."""
    found: dict[int, There] = {channel: {} for channel, placed in batch.items() if placed}
    if not found:
        return {}
    rows = Programme.objects.filter(
        guide_channel__in=list(found),
        start__gte=min(batch[channel][0].start for channel in found) - LONGEST,
        start__lt=max(batch[channel][-1].stop for channel in found),
    ).order_by()
    columns = rows.values_list("guide_channel", "start", "pk", "stop", "fingerprint")
    for channel, start, pk, stop, fingerprint in columns.iterator():
        found[channel][start] = pk, stop, fingerprint
    return found


@dataclass(slots=True)
class _Difference:
    """What to write of a batch, and the channels that it concerns.

    A changed programme is deleted and made again with its number, `replaced` of those made: one statement for many
    rows, where an update has one for each.
    """

    categories: Mapping[str, int]
    channels: list[int] = field(default_factory=list)
    made: list[Row] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    ends: list[Programme] = field(default_factory=list)  # another stop alone
    replaced: int = 0
    moved: int = 0
    unchanged: int = 0

    def compare(self, channel: int, placed: list[Placed], there: There) -> None:
        """Take in what differs between the guide's first start and its last stop."""
        before = len(self.made), len(self.gone), len(self.ends)
        for each in placed:
            self._compare_one(channel, each, *there.pop(each.start, _NOT_THERE))
        if placed and there:
            self._compare_rest(placed[0].start, placed[-1].stop, there)
        if (len(self.made), len(self.gone), len(self.ends)) != before:
            self.channels.append(channel)

    def _compare_one(self, channel: int, each: Placed, pk: int, stop: int, fingerprint: int) -> None:
        if pk and fingerprint == each.fingerprint:
            if stop == each.stop:
                self.unchanged += 1
            else:
                self.moved += 1
                self.ends.append(Programme(pk=pk, stop=each.stop))
        elif each.payload:  # none: known when it was read, and gone since; the next import brings it back
            self.made.append(_row(pk or None, channel, each, self.categories))
            if pk:
                self.replaced += 1
                self.gone.append(pk)

    def _compare_rest(self, first: int, last: int, there: There) -> None:
        """Remove what the guide does not have; what begins before it and runs into it ends where it begins."""
        self.gone += [pk for start, (pk, _, _) in there.items() if first <= start < last]
        cut = [pk for start, (pk, stop, _) in there.items() if start < first < stop]
        self.ends += [Programme(pk=pk, stop=first) for pk in cut]

    def write(self) -> None:
        """Bring the records in line."""
        for some in portions(self.gone, 500):
            Programme.objects.filter(pk__in=some).delete()
        Programme.objects.bulk_update(self.ends, ["stop"], batch_size=200)
        # What another machine has written meanwhile stays.
        insert(self.made)


def _row(pk: int | None, channel: int, each: Placed, categories: Mapping[str, int]) -> Row:
    stored = _STORED.decode(each.payload)
    category = next((categories[word] for word in stored.categories if word in categories), None)
    title = stored.title[:LONGEST_TITLE]
    details = stored.details.decode()
    return Row(pk, channel, each.start, each.stop, title, category, stored.age, details, each.fingerprint)
