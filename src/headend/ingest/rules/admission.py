"""Whether a package may be worked on, given what its asset has been through."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from headend.ingest.rules.states import Kind, LoadMode


class Admission(StrEnum):
    """GO on; HOLD until the asset is published; REJECT into the folder of errors; DISCARD into the private store."""

    GO = "go"
    HOLD = "hold"
    REJECT = "reject"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Verdict:
    admission: Admission
    reason: str = ""


GO = Verdict(Admission.GO)


def admit(  # noqa: PLR0913 - all that is weighed
    kind: Kind,
    load_mode: LoadMode,
    *,
    is_published: bool,
    arrived_at: datetime,
    now: datetime,
    patience: timedelta,
) -> Verdict:
    """Say what becomes of a package whose turn it is. `patience` is how long an update waits for its insert.

    Choice: an asset that was unpublished may be inserted again; a second insert of a published one is refused.
    """
    if kind is Kind.GUIDE:
        return GO
    if load_mode is LoadMode.INSERT:
        return Verdict(Admission.REJECT, "duplicate: the asset is published already") if is_published else GO
    if is_published:
        return GO
    if load_mode is LoadMode.UNPUBLISH:
        return Verdict(Admission.DISCARD, "there is no such asset to unpublish")
    if now - arrived_at >= patience:
        return Verdict(Admission.REJECT, "no package has inserted this asset")
    return Verdict(Admission.HOLD, "waits for the package that inserts this asset")
