"""What staff tell whoever works: to go on, to end what runs, to stand still, and how much to do at once."""

from typing import Any

from django.db import transaction

from headend.ingest.actions.lease import NAME, the_lease
from headend.ingest.models import Lease
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import record

SETTINGS = frozenset({"mode", "transfers", "encryptions"})
MOST_AT_ONCE = 500


@transaction.atomic
def set_work(*, actor: Actor, **wanted: Any) -> Lease:
    """Set `mode`, `transfers` or `encryptions`; what the holder writes by itself is left alone. Raises Invalid."""
    if unknown := set(wanted) - SETTINGS:
        raise Invalid("there is no such setting", min(unknown))
    for name in wanted.keys() - {"mode"}:
        if not 1 <= wanted[name] <= MOST_AT_ONCE:
            raise Invalid(f"from 1 to {MOST_AT_ONCE}", name)
    lease = the_lease()
    changes = {name: [getattr(lease, name), value] for name, value in wanted.items() if getattr(lease, name) != value}
    if changes:
        Lease.objects.filter(name=NAME).update(**wanted)
        record(actor=actor, verb="change", obj=lease, changes=changes)
    return the_lease()
