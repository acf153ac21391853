"""Where inboxes are. No two of them share a folder: a package would be another one's files."""

from pathlib import Path

from headend.ingest.actions.moving import root_of
from headend.ingest.models import Inbox
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import save
from headend.operators.models import Operator


def overlapping(inbox: Inbox, data: Path) -> Inbox | None:
    """An inbox of which folders lie inside those of this one, or the other way round, or which is the same."""
    mine = root_of(inbox, data).resolve()
    other: Inbox
    for other in Inbox.objects.exclude(pk=inbox.pk).order_by("pk"):
        theirs = root_of(other, data).resolve()
        if mine.is_relative_to(theirs) or theirs.is_relative_to(mine):
            return other
    return None


def ensure_inbox(*, actor: Actor, operator: Operator, path: Path, data: Path, stable_seconds: int = 2) -> Inbox:
    """The inbox of a folder; made with the usual settings when there is none, but that descriptions come last.

    Raises Invalid where the folder is another operator's inbox, or lies inside one or around it.
    """
    inbox = Inbox(operator=operator, name=_free_name(operator, path), path=str(path))
    inbox.stable_seconds, inbox.grace_minutes = stable_seconds, 0
    there = overlapping(inbox, data)
    if there is None:
        save(actor=actor, obj=inbox)
        return inbox
    if there.operator_id != operator.pk or root_of(there, data).resolve() != path.resolve():
        raise Invalid(f"this folder, or one around it or inside it, is the inbox {there.name}", str(path))
    return there


def _free_name(operator: Operator, path: Path) -> str:
    taken = set(Inbox.objects.of(operator.pk).values_list("name", flat=True))
    names = (path.name[:90] if number == 1 else f"{path.name[:90]} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
