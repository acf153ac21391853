"""Sessions as the gate knows them."""

from collections.abc import Collection, Iterator

from django.db.models import Q

from headend.subscribers.models import Session
from headend.subscribers.rules import SessionView

_FIELDS = (
    "id", "token_digest", "account_id", "device_id", "device_uid", "device_type__system_name", "is_basic", "address",
    "created_at", "last_seen_at", "device__is_enabled",
)  # fmt: skip


def session_views(
    ids: Collection[int] | None = None, *, device_ids: Collection[int] = ()
) -> Iterator[tuple[int, SessionView]]:
    """The sessions with these numbers or of these devices, or all of them, each with its number."""
    sessions = Session.objects.all()
    if ids is not None:
        sessions = sessions.filter(Q(pk__in=ids) | Q(device__in=device_ids))
    for row in sessions.order_by("pk").values_list(*_FIELDS).iterator(chunk_size=5000):
        pk, digest, account, device, uid, kind, is_basic, address, created, seen, is_enabled = row
        yield (
            pk,
            SessionView(
                token_digest=digest,
                account_id=account,
                device_id=device,
                device_uid=uid,
                device_type=kind or "",
                is_basic=is_basic,
                address=address,
                created=int(created.timestamp()),
                last_seen=int(seen.timestamp()),
                device_is_enabled=is_enabled is not False,
            ),
        )
