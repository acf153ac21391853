"""Accepting legal documents."""

from hashlib import sha256

from django.db import IntegrityError, transaction

from headend.kernel.actor import Actor
from headend.operators.actions import record
from headend.portal.errors import AlreadyAccepted, NobodyAccepts
from headend.portal.models import Acceptance, LegalDocument
from headend.portal.queries import subjects_of
from headend.subscribers.models import Account


def accept_document(
    *,
    actor: Actor,
    document: LegalDocument,
    account: Account | None,
    device_uid: str = "",
    device_model: str = "",
    text: str | None = None,
) -> Acceptance:
    """Write down that an account, or without one a device, accepts a document in the version in force.

    `text` is what was shown, the document's first language unless given. Raises NobodyAccepts, and AlreadyAccepted also
    for the second of two who accept at once.
    """
    subjects = subjects_of(account, device_uid)
    if not subjects:
        raise NobodyAccepts("neither an account nor a device id")
    accepted = Acceptance(
        operator_id=document.operator_id,
        document=document,
        version=document.version,
        subject=subjects[0],
        account=account,
        account_number=account.number if account else None,
        device_uid=device_uid,
        device_model=device_model,
        address=actor.address,
        text_digest=sha256((document.text if text is None else text).encode()).hexdigest(),
    )
    try:
        with transaction.atomic():
            accepted.save(force_insert=True)
            record(actor=actor, verb="accept", obj=document, changes={"version": document.version})
    except IntegrityError as error:
        raise AlreadyAccepted(f"version {document.version} was accepted before") from error
    return accepted
