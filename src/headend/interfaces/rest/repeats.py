"""Requests that may come twice: with an Idempotency-Key a write is carried out once, however often it is sent.

The claim to a key is committed first, so that whoever comes meanwhile is told to wait (409). The answer is kept in the
transaction of the write itself: either both are in the records or neither is, whenever the process dies.
Source: draft-ietf-httpapi-idempotency-key-header.
"""

import hmac
import json
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from headend.interfaces.rest.callers import Caller, caller_of
from headend.interfaces.rest.problems import Problem, problem_of
from headend.interfaces.wire import dispatch
from headend.kernel.sealing import seal, unseal
from headend.kernel.tokens import digest_of
from headend.operators.actions import claim_answer, drop_answer, keep_answer
from headend.operators.errors import AnswerPending
from headend.operators.models import KeptAnswer

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT_HEADERS = ("Content-Type", "ETag", "Location")

Work = Callable[[Caller], HttpResponse]


def carry_out(request: HttpRequest, work: Work, *, is_one_transaction: bool = True) -> HttpResponse:
    """Carry a write out, or answer what it was answered before.

    Work that also asks another system is not one transaction; should the process die in it, nobody knows how far it
    came, and requests with its key are refused from then on.
    """
    name = _name(request)
    if name is None:
        with transaction.atomic() if is_one_transaction else nullcontext():
            answer = work(caller_of(request))
    else:
        answer = _once(request, name, work, is_one_transaction)
    dispatch.after_write()
    return answer


def _name(request: HttpRequest) -> str | None:
    name = request.headers.get(HEADER)
    if name is None and request.method == "POST":
        raise Problem(400, "idempotency_key_missing", f"send {HEADER} with a word of your own, new for each write")
    if name is not None and not (0 < len(name) <= LONGEST and name.isascii() and name.isprintable()):
        raise Problem(400, "idempotency_key_bad", f"{HEADER} has 1 to {LONGEST} printable characters")
    return name


def _once(request: HttpRequest, name: str, work: Work, is_one_transaction: bool) -> HttpResponse:
    caller = caller_of(request)
    claim = claim_answer(
        key=caller.key,
        digest=digest_of(name),
        fingerprint=_fingerprint(request),
        now=caller.now,
        may_resume=is_one_transaction,
    )
    if claim.status is not None:
        return _again(claim)
    try:
        with transaction.atomic() if is_one_transaction else nullcontext():
            answer = work(caller)
            _keep(claim, answer)
        return answer
    except AnswerPending:
        raise
    except Exception as error:
        refused = problem_of(error)
        if refused is not None and refused.status != 503:
            answer = refused.answer()
            _keep(claim, answer)
            return answer
        if is_one_transaction:
            drop_answer(claim=claim)
        raise


def _fingerprint(request: HttpRequest) -> str:
    """Of all that makes two requests the same; keyed, for bodies may hold passwords."""
    told = b"\0".join((str(request.method).encode(), request.get_full_path().encode(), request.body))
    return hmac.digest(settings.ENCRYPTION_KEY.encode(), told, "sha256").hex()


def _keep(claim: KeptAnswer, answer: HttpResponse) -> None:
    headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
    text = json.dumps([headers, answer.content.decode()])
    keep_answer(claim=claim, status=answer.status_code, sealed=seal(text, settings.ENCRYPTION_KEY))


def _again(kept: KeptAnswer) -> HttpResponse:
    headers, body = json.loads(unseal(kept.sealed, settings.ENCRYPTION_KEY))
    answer = HttpResponse(body, status=kept.status, headers={**headers, "Idempotency-Replayed": "true"})
    if "Content-Type" not in headers:
        del answer["Content-Type"]
    return answer
