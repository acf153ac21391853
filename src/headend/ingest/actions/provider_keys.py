"""Keys with which content providers see their own packages, and hand them in."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from headend.ingest.models import Inbox, ProviderKey
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import issue_key
from headend.operators.models import ApiKey
from headend.operators.rules import Api

READ, WRITE = "packages:read", "packages:write"


@transaction.atomic
def issue_provider_key(  # noqa: PLR0913 - a key, told in full
    *,
    actor: Actor,
    inboxes: Collection[Inbox],
    name: str,
    may_upload: bool,
    sealing_key: str,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key for some inboxes of one operator; its text is given back this once. Raises Invalid."""
    operators = {inbox.operator_id for inbox in inboxes}
    if len(operators) != 1:
        raise Invalid("a key is for inboxes of one operator", "inboxes")
    key, text = issue_key(
        actor=actor,
        operator=next(iter(inboxes)).operator,
        api=Api.REST,
        sealing_key=sealing_key,
        name=name,
        scopes=[READ, WRITE] if may_upload else [READ],
        expires_at=expires_at,
    )
    ProviderKey.objects.create(key=key).inboxes.set(inboxes)
    return key, text
