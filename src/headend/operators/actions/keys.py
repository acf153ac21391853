"""API keys."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.kernel.sealing import seal
from headend.kernel.tokens import digest_of, new_token
from headend.operators.actions.audit import record
from headend.operators.models import ApiKey, Dealer, Operator
from headend.operators.rules import SCOPES, Api


@transaction.atomic
def issue_key(  # noqa: PLR0913 - a key, told in full
    *,
    actor: Actor,
    operator: Operator,
    api: Api,
    sealing_key: str,
    name: str = "",
    dealer: Dealer | None = None,
    scopes: Collection[str] = (),
    expires_at: datetime | None = None,
    text: str = "",
) -> tuple[ApiKey, str]:
    """Make a new API key; its text is given back this once and afterwards only verified or used for signatures.

    `text` is one that devices or scripts have already, of at least 16 characters; else it is made up.
    Keys of the dealers' API, and only they, belong to a dealer of the operator, and only those of the REST API have
    scopes; raises Invalid.
    """
    if (api is Api.DEALERS) != (dealer is not None) or (dealer and dealer.operator_id != operator.pk):
        raise Invalid("a key of the dealers' API, and only that, belongs to one of the operator's dealers", "dealer")
    if wrong := set(scopes) - set(SCOPES if api is Api.REST else ()):
        raise Invalid(f"there is no scope {min(wrong)}", "scopes")
    if text and not (len(text) >= LEAST_OF_A_KEY and text.isascii() and text.isprintable() and " " not in text):
        raise Invalid(f"a key has at least {LEAST_OF_A_KEY} printable characters without spaces", "text")
    text = text or new_token()
    key = ApiKey.objects.create(
        operator=operator,
        api=api.value,
        dealer=dealer,
        name=name,
        digest=digest_of(text),
        sealed=seal(text, sealing_key) if api.signs else "",
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires_at=expires_at,
        hint=text[-4:],
    )
    record(actor=actor, verb="add", obj=key)
    return key, text


LEAST_OF_A_KEY = 16
USED_TO_THE = timedelta(minutes=1)


def note_use(*, key: ApiKey, now: datetime) -> None:
    """Write down that a key was used, once a minute at most; a habit, not audited."""
    if key.last_used_at is None or now - key.last_used_at >= USED_TO_THE:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
