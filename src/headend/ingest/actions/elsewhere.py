"""What another process does of ingest, as one sees it who waits until that is worked off."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from headend.ingest.actions.arrivals import Arrivals
from headend.ingest.actions.engine import Counts
from headend.ingest.actions.lease import the_lease
from headend.ingest.actions.moving import folder
from headend.ingest.models import Inbox, Mode
from headend.ingest.queries import counts_since, inboxes_watched, is_anything_going_on, latest_change
from headend.ingest.rules.folders import INBOX

SLACK = 3.0  # seconds that a look, and what follows from it, may take longer than its turn


@dataclass(slots=True)
class Elsewhere:
    """Watches the records and the inboxes: all is worked off once nothing has changed there for longer than it takes
    whoever works to look into every inbox."""

    only: Inbox | None
    data: Path
    clock: Callable[[], datetime]
    _before: tuple[int, int] = field(default_factory=latest_change)
    _seen: object = None
    _since: float = field(default_factory=time.monotonic)
    _arrivals: dict[int, Arrivals] = field(default_factory=dict)

    def is_done(self) -> bool:
        """Say whether nothing is left that the other one could do now."""
        inboxes = [self.only] if self.only else inboxes_watched()
        may_begin = the_lease().mode == Mode.WORK
        seen = latest_change()
        if seen != self._seen or is_anything_going_on(self.clock(), may_begin) or self._is_arriving(inboxes):
            self._seen, self._since = seen, time.monotonic()
        looks = max((inbox.poll_seconds for inbox in inboxes), default=0)
        return time.monotonic() - self._since >= looks + SLACK

    def _is_arriving(self, inboxes: Collection[Inbox]) -> bool:
        """Whether descriptions lie there that have not been left alone for long enough."""
        for inbox in inboxes:
            known = self._arrivals.setdefault(inbox.pk, Arrivals(folder(inbox, self.data, INBOX), inbox.stable_seconds))
            try:
                known.look()
            except OSError:
                continue  # whoever works says so at the inbox
            if known.waits():
                return True
        return False

    def counts(self) -> Counts:
        """What was done since this began to watch."""
        return Counts(*counts_since(self._before, self.only))
