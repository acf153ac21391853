"""What the gate asks of the records, answered by actions and queries in the threads that ask."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from headend.interfaces.billing_elsewhere import are_billed_elsewhere, may_sign_in
from headend.interfaces.texts import sender_for
from headend.messaging.actions import take_notices
from headend.messaging.rules import Notices
from headend.playback.ports import RecordsUnavailable
from headend.subscribers import actions
from headend.subscribers.ports import TextSenders
from headend.subscribers.queries import find_session
from headend.subscribers.rules import Refused, RefusedSignIn, SessionView, SignedIn, SignInRequest
from headend.viewing.actions import remember_refused_plays
from headend.viewing.rules import RefusedPlay

_ASKED_AT_ONCE = 8  # sign-ins about which another billing system is asked


class DjangoRecords:
    """The port `playback.ports.Records` over the database.

    `after_account_change` is called when a sign-in has activated an account or lifted its block: the device's next
    call comes at once, and the gate should know by then. `senders` carry the codes that prove phones.
    """

    def __init__(
        self,
        sealing_key: str,
        after_account_change: Callable[[], object] = lambda: None,
        senders: TextSenders = sender_for,
    ) -> None:
        self._sealing_key = sealing_key
        self._senders = senders
        self._alone = ThreadPoolExecutor(_ASKED_AT_ONCE, thread_name_prefix="gate-sign-in")
        self.after_account_change = after_account_change

    def sign_in(self, request: SignInRequest, now: int) -> SignedIn | Refused:
        with _connected():
            answer = actions.sign_in(
                request=request,
                now=now,
                sealing_key=self._sealing_key,
                senders=self._senders,
                gatekeeper=may_sign_in,
            )
        if isinstance(answer, SignedIn) and answer.account_changed:
            self.after_account_change()
        return answer

    def sign_in_together(self, requests: Sequence[SignInRequest], now: int) -> Sequence[SignedIn | Refused]:
        with _connected():
            if are_billed_elsewhere({request.operator_id for request in requests}):
                # Another system is asked about each, which may take seconds.
                return list(self._alone.map(self.sign_in, requests, repeat(now)))
            answers = actions.sign_in_together(requests=requests, now=now, sealing_key=self._sealing_key)
        if any(isinstance(answer, SignedIn) and answer.account_changed for answer in answers):
            self.after_account_change()
        return answers

    def sign_out(self, token_digest: str) -> None:
        with _connected():
            actions.sign_out(token_digest=token_digest)

    def check_password(self, operator_id: int, number: int, password: str) -> int | None:
        with _connected():
            return actions.check_password(operator_id=operator_id, number=number, password=password)

    def find_session(self, token_digest: str) -> SessionView | None:
        with _connected():
            return find_session(token_digest)

    def take_notices(self, token_digest: str, now: int) -> Notices:
        with _connected():
            return take_notices(token_digest=token_digest, now=now)

    def remember_beats(self, beats: dict[str, tuple[int, str]]) -> None:
        with _connected():
            actions.remember_beats(beats=beats)

    def remember_refused_plays(self, refusals: Sequence[RefusedPlay]) -> None:
        with _connected():
            remember_refused_plays(refusals=refusals)

    def remember_refused_sign_ins(self, refusals: Sequence[RefusedSignIn]) -> None:
        with _connected():
            actions.remember_refused_sign_ins(refusals=refusals)


@contextmanager
def _connected() -> Iterator[None]:
    """A connection that works or is made anew; a database that is away becomes RecordsUnavailable."""
    try:
        close_old_connections()
        yield
    except (OperationalError, InterfaceError) as error:
        connection.close()
        raise RecordsUnavailable(str(error)) from error
