"""The keys that titles' files are encrypted with.

One key for each movie of a package, for all its tracks: its id follows from the ticket and the movie's fingerprint. So
a step that is begun again, by whomever and after whatever, finds the key it began with. What the next package brings
gets another one: its files lie beside those before for some hours, and whoever watches those plays on.
"""

import hashlib
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from headend.ingest.models import Ticket, TitleKey
from headend.ingest.ports import ContentKey
from headend.ingest.queries import content_key
from headend.kernel.actor import Actor
from headend.kernel.sealing import seal
from headend.operators.actions import save

KEY_BYTES = 16


def key_for(*, actor: Actor, ticket: Ticket, fingerprint: str, sealing_key: str, now: datetime) -> ContentKey:
    """Find the key of a ticket's movie, or make it; `fingerprint` is the SHA-256 of the file that is to be encrypted.

    It opens nothing before the title that it belongs to is published.
    """
    key_id = _key_id(ticket, fingerprint)
    kept = TitleKey.objects.filter(key_id=key_id).first()
    if kept is None:
        sealed = seal(secrets.token_hex(KEY_BYTES), sealing_key)
        kept = TitleKey(
            operator_id=ticket.operator_id, asset=ticket.asset, key_id=key_id, sealed_key=sealed, created_at=now
        )
        try:
            with transaction.atomic():
                save(actor=actor, obj=kept)
        except IntegrityError:  # somebody else was quicker
            kept = TitleKey.objects.get(key_id=key_id)
    return content_key(kept, sealing_key)


def _key_id(ticket: Ticket, fingerprint: str) -> str:
    known = f"{ticket.operator_id}\n{ticket.asset}\n{ticket.pk}\n{fingerprint}"
    return hashlib.sha256(known.encode()).hexdigest()[: 2 * KEY_BYTES]
