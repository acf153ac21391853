"""Answers to requests that may be repeated, kept under their idempotency keys."""

from datetime import datetime, timedelta

from django.db import IntegrityError, models, transaction

from headend.kernel.tokens import new_token
from headend.operators.errors import AnswerForAnother, AnswerPending
from headend.operators.models import ApiKey, KeptAnswer

ANSWERS_KEPT = timedelta(hours=24)
ANSWER_LEASE = timedelta(seconds=60)


def claim_answer(*, key: ApiKey, digest: str, fingerprint: str, now: datetime, may_resume: bool) -> KeptAnswer:
    """The answer kept under an idempotency key, or, with `status` None, the right to find it: then carry the request
    out and call `keep_answer` in the same transaction, or `drop_answer`.

    Raises AnswerForAnother when the key stands for another request, and AnswerPending while somebody else carries it
    out. Whoever was silent for ANSWER_LEASE has died and left nothing behind, unless what was asked for is more than
    one transaction: then `may_resume` is False, and nobody tries again.
    """
    forget_answers(before=now - ANSWERS_KEPT, of=KeptAnswer.objects.filter(key=key, digest=digest))
    mine = KeptAnswer(key=key, digest=digest, fingerprint=fingerprint, holder=new_token(), at=now)
    try:
        with transaction.atomic():
            mine.save(force_insert=True)
        return mine
    except IntegrityError:
        kept = KeptAnswer.objects.filter(key=key, digest=digest).first()
    if kept is None:  # given up or forgotten just now
        raise AnswerPending("the same request has just ended; ask again")
    if kept.fingerprint != fingerprint:
        raise AnswerForAnother("the idempotency key was used for another request")
    if kept.status is None and not (may_resume and now - kept.at >= ANSWER_LEASE and _take_over(kept, mine)):
        raise AnswerPending("the same request is being carried out")
    return kept


def _take_over(kept: KeptAnswer, mine: KeptAnswer) -> bool:
    abandoned = KeptAnswer.objects.filter(pk=kept.pk, status=None, holder=kept.holder)
    kept.holder, kept.at = mine.holder, mine.at
    return bool(abandoned.update(holder=mine.holder, at=mine.at))


def keep_answer(*, claim: KeptAnswer, status: int, sealed: str) -> None:
    """Keep what was answered; raises AnswerPending when somebody else has taken over, so that nothing is done twice."""
    ours = KeptAnswer.objects.filter(pk=claim.pk, status=None, holder=claim.holder)
    if not ours.update(status=status, sealed=sealed):
        raise AnswerPending("the same request is being carried out")


def drop_answer(*, claim: KeptAnswer) -> None:
    """Give a claim back: nothing was done, and the next request with the key begins anew."""
    KeptAnswer.objects.filter(pk=claim.pk, status=None, holder=claim.holder).delete()


def forget_answers(*, before: datetime, of: models.QuerySet[KeptAnswer] | None = None) -> int:
    """Delete answers of before a moment; says how many."""
    answers = KeptAnswer.objects.all() if of is None else of
    return answers.filter(at__lt=before).delete()[0]
