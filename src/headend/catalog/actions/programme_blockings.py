"""Programmes whose recordings may not be watched, because the rights do not reach so far."""

from datetime import UTC, datetime

from django.db import transaction

from headend.catalog.errors import UnknownProgramme
from headend.catalog.models import ProgrammeBlocking
from headend.catalog.queries import programme_of
from headend.kernel.actor import Actor
from headend.operators.actions import delete_many, save
from headend.operators.models import Operator

MOST_FORGOTTEN = 500  # in one go


@transaction.atomic
def block_programme(
    *, actor: Actor, operator: Operator, programme_id: int, ends_at: datetime | None = None
) -> ProgrammeBlocking:
    """Keep everybody from watching the recording of a programme, until `ends_at` or for good; again, the end changes.

    Raises UnknownProgramme for one that is not in the guide of a channel of the operator.
    """
    programme = programme_of(operator.pk, programme_id)
    if programme is None:
        raise UnknownProgramme(f"there is no programme {programme_id} on a channel of {operator}")
    known = ProgrammeBlocking.objects.of(operator.pk).filter(programme=programme_id).first()
    blocking: ProgrammeBlocking = known or ProgrammeBlocking(operator=operator, programme=programme)
    blocking.title, blocking.starts_at = programme.title, datetime.fromtimestamp(programme.start, UTC)
    blocking.ends_at = ends_at
    save(actor=actor, obj=blocking)
    return blocking


def forget_blockings(*, actor: Actor, before: datetime) -> int:
    """Delete blockings that ended before a moment, some at a time; says how many."""
    forgotten = 0
    while some := ProgrammeBlocking.objects.filter(ends_at__lt=before).order_by("pk")[:MOST_FORGOTTEN]:
        forgotten += delete_many(actor=actor, objects=some)
    return forgotten
