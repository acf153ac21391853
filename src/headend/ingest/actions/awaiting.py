"""Descriptions that wait in their inbox for files which come after them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from headend.ingest.actions.arrivals import Arrivals, Awaited
from headend.ingest.actions.delivery import Delivery
from headend.ingest.actions.lease import Fence
from headend.ingest.deviations import deviation
from headend.ingest.models import Inbox, Incomplete, LogEntry
from headend.ingest.ports import Deviation
from headend.ingest.rules.completeness import Completeness, completeness

MOST_NAMED = 20  # files, where people read of them


@dataclass(slots=True)
class Waitlist:
    """Which descriptions wait, as one look into an inbox finds them. What comes later for a title that one of them is
    about waits behind it."""

    inbox: Inbox
    arrivals: Arrivals
    now: datetime
    _awaited: dict[str, Awaited] = field(default_factory=dict)
    _assets: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        """Say whether a description waits, and nothing about that can have changed since it was read."""
        known = self.arrivals.awaits(name)
        if known is None or self._decide(known) is not Completeness.WAIT:
            return False
        self._keep(name, known)
        return True

    def keeps(self, delivery: Delivery) -> bool:
        """Say whether a delivery has to wait; one that has waited in vain may go, with the reason to refuse it."""
        if not self._is_its_turn(delivery):
            self._keep(delivery.name, self.arrivals.awaited.get(delivery.name), delivery.assets)
            return True
        known = self._known(delivery)
        decided = Completeness.TAKE if delivery.refusal else self._decide(known)
        if decided is Completeness.WAIT:
            self._keep(delivery.name, known)
        elif decided is Completeness.LATE:
            delivery.refuse(self._lateness(known, delivery.name))
        return decided is Completeness.WAIT

    def _is_its_turn(self, delivery: Delivery) -> bool:
        """Whether nothing of it grows any more, and nothing that came before for its titles waits."""
        return all(map(self.arrivals.has_settled, delivery.files)) and self._assets.isdisjoint(delivery.assets)

    def _known(self, delivery: Delivery) -> Awaited:
        """What a delivery lacks now; its time begins again whenever some of that has come."""
        before = self.arrivals.awaited.get(delivery.name)
        since = before.since if before and before.missing == delivery.missing else self.now
        return Awaited(delivery.missing, since, delivery.assets, self.arrivals.seen(delivery.name))

    def _lateness(self, known: Awaited, name: str) -> Deviation:
        missing = ", ".join(sorted(known.missing))
        return deviation("late", (), place=name, value=missing, detail=f"{self.inbox.grace_minutes} minutes")

    def _decide(self, known: Awaited) -> Completeness:
        grace = timedelta(minutes=self.inbox.grace_minutes)
        return completeness(known.missing, since=known.since, now=self.now, grace=grace)

    def _keep(self, name: str, known: Awaited | None, assets: Iterable[str] = ()) -> None:
        if known:
            self._awaited[name] = known
        self._assets |= {*assets, *(known.assets if known else ())}

    def write(self, fence: Fence) -> None:
        """Write down what waits where that has changed, for staff and for whoever works next. Raises LeaseLost."""
        before, after = self.arrivals.awaited, self._awaited
        changed = {name: each for name, each in after.items() if not _is_same(before.get(name), each)}
        gone = [name for name in before if name not in after or name in changed]
        if gone or changed:
            with fence.writing():
                Incomplete.objects.filter(inbox=self.inbox, file_name__in=gone).delete()
                Incomplete.objects.bulk_create(self._row(name, each) for name, each in changed.items())
                LogEntry.objects.bulk_create(self._line(name, each) for name, each in changed.items())
        self.arrivals.awaited = after

    def _row(self, name: str, each: Awaited) -> Incomplete:
        return Incomplete(inbox=self.inbox, file_name=name, missing=sorted(each.missing), since=each.since)

    def _line(self, name: str, each: Awaited) -> LogEntry:
        text = f"{name} waits for files: {', '.join(sorted(each.missing)[:MOST_NAMED])}"
        return LogEntry(operator_id=self.inbox.operator_id, inbox=self.inbox, at=self.now, text=text[:500])


def _is_same(one: Awaited | None, other: Awaited) -> bool:
    return one is not None and (one.missing, one.since) == (other.missing, other.since)


def awaited_in(inbox: Inbox) -> dict[str, Awaited]:
    """What was written down of an inbox by whoever worked before."""
    rows = Incomplete.objects.filter(inbox=inbox)
    return {each.file_name: Awaited(frozenset(each.missing), each.since) for each in rows}
