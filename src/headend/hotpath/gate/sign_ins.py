"""Signing in, which a whole town does at once after a power cut: who comes while others are let in goes with the next.

Each is answered when the transaction of its group is written. A group is as large as what has come meanwhile, so a
device that comes alone does not wait for others, and the more come, the less each costs. Operators are let in apart, so
that one whose own billing is slow to say yes holds up nobody else's devices.
"""

import asyncio
from collections import deque
from typing import TypeAlias

from headend.hotpath.gate.asking import Asking
from headend.hotpath.gate.errors import TooBusy
from headend.playback.ports import Records
from headend.subscribers.rules import Refused, SignedIn, SignInRequest

LARGEST_GROUP = 64
MOST_GROUPS = 2  # of an operator at a time: while one is written, the passwords of the next can be checked
MOST_WAITING = 2000  # who comes then would wait for longer than a device does

Answer: TypeAlias = SignedIn | Refused
_Waiting: TypeAlias = tuple[SignInRequest, int, "asyncio.Future[Answer]"]


class SignIns:
    """Lets devices in, in groups. Belongs to the event loop."""

    def __init__(self, records: Records, asking: Asking) -> None:
        self._records = records
        self._asking = asking
        self._waiting: dict[int, deque[_Waiting]] = {}
        self._groups: dict[asyncio.Task[None], int] = {}

    async def sign_in(self, request: SignInRequest, now: int) -> Answer:
        """Sign a device in; raises RecordsUnavailable and TooBusy."""
        if request.by_code:  # which sends texts, and waits for nobody
            return await self._asking.ask(self._records.sign_in, request, now)
        waiting = self._waiting.setdefault(request.operator_id, deque())
        if len(waiting) >= MOST_WAITING:
            raise TooBusy("too many devices wait to sign in")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        waiting.append((request, now, answer))
        self._begin(request.operator_id)
        return await answer

    def _begin(self, operator_id: int) -> None:
        waiting, groups = self._waiting[operator_id], list(self._groups.values())
        if waiting and groups.count(operator_id) < MOST_GROUPS:
            group = [waiting.popleft() for _ in range(min(LARGEST_GROUP, len(waiting)))]
            task = asyncio.get_running_loop().create_task(self._let_in(group))
            self._groups[task] = operator_id
            task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._begin(self._groups.pop(task))

    async def _let_in(self, group: list[_Waiting]) -> None:
        requests, now = [request for request, _, _ in group], group[-1][1]
        try:
            answers = await self._asking.ask(self._records.sign_in_together, requests, now)
        except Exception as error:  # noqa: BLE001 - whoever waits has to hear of it
            for _, _, waiting in group:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        for (_, _, waiting), answer in zip(group, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)
