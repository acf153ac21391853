"""Sessions once they are open: heard of, and closed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import QuerySet

from headend.kernel.actor import Actor
from headend.kernel.portions import portions
from headend.operators.actions import announce, record
from headend.subscribers.models import Account, Session
from headend.subscribers.queries import sessions_silent_since

_ENTITY = Session._meta.label_lower
_CHUNK = 500

Beats = Mapping[str, tuple[int, str]]


@transaction.atomic
def close_sessions(*, actor: Actor, sessions: QuerySet[Session]) -> int:
    """Sign devices out; says how many. Each gets an audit entry at its account."""
    everything = list(sessions.select_related("account"))
    for session in everything:
        record(actor=actor, verb="sign_out", obj=session.account, changes={"device": session.device_uid})
    drop_sessions(everything)
    return len(everything)


@transaction.atomic
def sign_out(*, token_digest: str) -> None:
    """Close the session with this token digest; closing it again changes nothing."""
    drop_sessions(Session.objects.filter(token_digest=token_digest))


def drop_sessions(sessions: Iterable[Session]) -> None:
    """Delete sessions and tell the gate, in the caller's transaction, without audit entries: devices do this daily."""
    by_operator: dict[int, list[int]] = defaultdict(list)
    for session in sessions:
        by_operator[session.operator_id].append(session.pk)
    for operator_id, numbers in by_operator.items():
        for chunk in portions(numbers, _CHUNK):
            Session.objects.filter(pk__in=chunk).delete()
        announce(operator_id=operator_id, entity=_ENTITY, object_ids=numbers)


def forget_old_sessions(*, before: datetime) -> int:
    """Close sessions that were last heard of before a moment; says how many. A few hundred in each transaction."""
    forgotten = 0
    while old := list(sessions_silent_since(before)[:_CHUNK]):
        with transaction.atomic():
            drop_sessions(old)
        forgotten += len(old)
    return forgotten


def remember_beats(*, beats: Beats) -> None:
    """Write down when sessions were last heard of (epoch seconds) and from where, by token digest.

    No audit and no news: the gate is where this comes from. A beat older than what is known changes nothing.
    """
    # By second: there are few of them, and one statement for each is far cheaper than one for each session.
    for digests in portions(sorted(beats, key=lambda digest: (beats[digest][0], digest)), _CHUNK):
        _remember({digest: beats[digest] for digest in digests})


@transaction.atomic
def _remember(beats: Beats) -> None:
    fields = ("pk", "token_digest", "account_id", "address", "last_seen_at")
    known = Session.objects.filter(token_digest__in=list(beats)).values_list(*fields)
    sessions: dict[int, list[int]] = defaultdict(list)
    accounts: dict[int, list[int]] = defaultdict(list)
    for pk, digest, account_id, address, last_seen_at in known:
        seconds, new_address = beats[digest]
        if last_seen_at.timestamp() >= seconds:
            continue
        sessions[seconds].append(pk)
        accounts[seconds].append(account_id)
        if new_address and new_address != address:
            _move(pk, account_id, new_address[:45])
    for seconds in sorted(sessions):
        moment = datetime.fromtimestamp(seconds, UTC)
        Session.objects.filter(pk__in=sessions[seconds]).update(last_seen_at=moment)
        Account.objects.filter(pk__in=accounts[seconds]).update(last_seen_at=moment)


def _move(session_id: int, account_id: int, address: str) -> None:
    Session.objects.filter(pk=session_id).update(address=address)
    Account.objects.filter(pk=account_id).update(last_address=address)
