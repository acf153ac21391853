"""How another billing system is asked without being waited for: answers count for a while, a silent one is left alone.

Kept in the memory of each process. After five silences in a row nobody asks for half a minute; and no more than two
questions are under way at a time, so that a slow system holds up its own subscribers and nobody else's.
"""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from headend.billing.errors import BillingElsewhere, BillingLacks, BillingRefused, BillingSilent
from headend.billing.ports import BillingSystem, BillingSystemConfig, Facts, Hook, WhenSilent

MOST_SILENCES = 5
LEFT_ALONE_SECONDS = 30.0
MOST_AT_ONCE = 2
MOST_KEPT = 10_000
LAST_COUNTS_SECONDS = 7 * 86_400.0

PERMISSIONS = frozenset({Hook.AUTHORISE, Hook.CHECK})
_KEPT = PERMISSIONS | {Hook.BALANCE, Hook.PRICE}


class _Kept(NamedTuple):
    at: float
    answer: Facts | None
    refused: BillingElsewhere | None

    def told(self) -> Facts:
        if self.refused is not None:
            raise self.refused.with_traceback(None)
        return self.answer or {}


class Patient:
    """Another billing system, asked with patience."""

    def __init__(
        self, inner: BillingSystem, config: BillingSystemConfig, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._inner, self._config, self._clock = inner, config, clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._turns = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._lock = threading.Lock()
        self._silences = 0
        self._alone_until = 0.0

    def ask(self, hook: Hook, about: Facts) -> Facts:
        if hook not in _KEPT:
            return self._asked(hook, about)
        key = f"{hook.value} {json.dumps(about, sort_keys=True, default=str)}"
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and self._clock() - kept.at < self._config.kept_seconds:
            return kept.told()
        try:
            return self._keep(key, hook, about).told()
        except BillingSilent:
            return self._instead(hook, kept)

    def _keep(self, key: str, hook: Hook, about: Facts) -> _Kept:
        try:
            kept = _Kept(self._clock(), self._asked(hook, about), None)
        except (BillingRefused, BillingLacks) as refused:
            kept = _Kept(self._clock(), None, refused)
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return kept

    def _instead(self, hook: Hook, kept: _Kept | None) -> Facts:
        """What counts while the system is silent; raises BillingSilent where nothing does."""
        if hook in PERMISSIONS and self._config.when_silent is WhenSilent.ALLOW:
            return {}
        is_known = kept is not None and self._clock() - kept.at < LAST_COUNTS_SECONDS
        if kept is not None and is_known and self._config.when_silent is WhenSilent.LAST:
            return kept.told()
        raise BillingSilent("the other billing system does not answer")

    def _asked(self, hook: Hook, about: Facts) -> Facts:
        if self._clock() < self._alone_until:
            raise BillingSilent("the other billing system has been silent, and is left alone for a moment")
        if not self._turns.acquire(timeout=self._config.seconds):
            raise BillingSilent("too many questions are under way")
        try:
            answer = self._inner.ask(hook, about)
        except BillingSilent:
            self._note_silence()
            raise
        except BillingElsewhere:
            self._silences = 0
            raise
        finally:
            self._turns.release()
        self._silences = 0
        return answer

    def _note_silence(self) -> None:
        with self._lock:
            self._silences += 1
            if self._silences >= MOST_SILENCES:
                self._alone_until, self._silences = self._clock() + LEFT_ALONE_SECONDS, 0
