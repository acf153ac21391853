"""When programmes really began and ended, as whoever airs them tells."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction

from headend.catalog.errors import UnknownProgramme
from headend.catalog.models import Programme
from headend.catalog.queries import programme_of
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import record
from headend.operators.models import Operator

FURTHEST = 86_400
"""Seconds by which a programme begins earlier or later than the guide said, and which it lasts at most."""


class ExactTime(NamedTuple):
    """A programme by its number, and its times in epoch seconds."""

    programme_id: int
    start: int
    stop: int


@transaction.atomic
def set_exact_times(*, actor: Actor, operator: Operator, times: Iterable[ExactTime], may_change_shared: bool) -> int:
    """Move programmes of an operator's channels to their exact times, all or none of them; says how many.

    A neighbour ends or begins where the exact times say. Raises UnknownProgramme and Invalid; also for programmes of a
    source that all operators share, unless `may_change_shared`.
    """
    moved = 0
    for each in times:
        programme = programme_of(operator.pk, each.programme_id)
        if programme is None:
            raise UnknownProgramme(f"there is no programme {each.programme_id}")
        if not may_change_shared and programme.guide_channel.source.operator_id != operator.pk:
            raise Invalid(f"programme {each.programme_id} is of a guide that all operators share", "external_id")
        _move(actor, programme, each)
        moved += 1
    return moved


def _move(actor: Actor, programme: Programme, exact: ExactTime) -> None:
    if not exact.start < exact.stop <= exact.start + FURTHEST or abs(exact.start - programme.start) > FURTHEST:
        raise Invalid(f"programme {programme.pk} cannot begin or end then", "start")
    around = Programme.objects.filter(guide_channel=programme.guide_channel_id).exclude(pk=programme.pk)
    for neighbour in around.filter(start__lt=exact.stop, stop__gt=exact.start).order_by("start"):
        _make_room(neighbour, exact)
    changes = {"programme": programme.pk, "start": [programme.start, exact.start], "stop": [programme.stop, exact.stop]}
    programme.start, programme.stop = exact.start, exact.stop
    programme.save(update_fields=["start", "stop"])
    record(actor=actor, verb="change", obj=programme.guide_channel, changes=changes)


def _make_room(neighbour: Programme, exact: ExactTime) -> None:
    if neighbour.start < exact.start:
        neighbour.stop = exact.start
    elif neighbour.stop > exact.stop:
        neighbour.start = exact.stop
    else:
        raise Invalid(f"nothing would be left of programme {neighbour.pk}", "stop")
    neighbour.save(update_fields=["start", "stop"])
