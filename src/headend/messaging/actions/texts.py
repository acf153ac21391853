"""Texts on their way to phones and mail boxes."""

import logging
from datetime import datetime, timedelta

from headend.messaging.models import OutgoingText, TextState
from headend.messaging.queries import texts_due
from headend.messaging.rules import next_attempt, plain_text
from headend.subscribers.errors import NotSent
from headend.subscribers.ports import Medium, Text, TextSenders

LEASE = timedelta(hours=1)  # within which whoever took a text says how it went
MOST = 200  # texts in one go: at ten seconds of silence each, they are done before the first lease is over

_OUTCOME = ("state", "attempts", "sent_at", "failure", "next_attempt_at")

log = logging.getLogger(__name__)


def send_due_texts(*, senders: TextSenders, now: datetime, most: int = MOST) -> int:
    """Hand over texts whose turn it is; says how many were taken. Those that fail are tried again later.

    A text is taken before it is handed over: two that do this at once send it once. Whoever is killed in between sends
    it again when its lease is over.
    """
    sent = 0
    for text in texts_due(now).select_related("mailing")[:most]:
        if _take(text, now):
            sent += _send(text, senders, now)
    return sent


def _take(text: OutgoingText, now: datetime) -> bool:
    mine = OutgoingText.objects.filter(pk=text.pk, state=TextState.WAITING, next_attempt_at=text.next_attempt_at)
    return bool(mine.update(next_attempt_at=now + LEASE))


def _send(text: OutgoingText, senders: TextSenders, now: datetime) -> bool:
    medium, said = Medium(text.medium), text.mailing
    text.attempts += 1
    try:
        subject = said.subject if medium is Medium.EMAIL else ""
        senders(text.operator_id, medium).send(Text(text.recipient, plain_text(said.text), subject))
        text.state, text.sent_at, text.failure = TextState.SENT, now, ""
    except NotSent as error:
        log.warning("operator %s: text %s by %s was not sent", text.operator_id, text.pk, medium)
        _fail(text, str(error), now)
    # Its mailing may have been deleted meanwhile: then there is nothing to write.
    OutgoingText.objects.filter(pk=text.pk).update(**{name: getattr(text, name) for name in _OUTCOME})
    return text.state == TextState.SENT


def _fail(text: OutgoingText, why: str, now: datetime) -> None:
    text.failure, pause = why[:200], next_attempt(text.attempts)
    if pause is None:
        text.state = TextState.FAILED
    else:
        text.next_attempt_at = now + timedelta(seconds=pause)
