"""Who is signed in."""

from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields
from headend.kernel.tokens import digest_of
from headend.subscribers.actions import close_sessions
from headend.subscribers.models import Session
from headend.subscribers.queries import online_since


@BILLING_API.call("SessionList", "POST", "/session/list/", errors={1: "limit or page is bad"})
def session_list(caller: Guest, limit: int | None = None, page: int = 1) -> Fields:
    """List the devices that are signed in, and whether they are on.

    Choice: all of them, as documented; `limit` and `page`, which are ours, ask for parts. `authkey_id` is what
    AuthkeyDelete takes: the keys themselves are known to nobody but the devices.
    """
    if page < 1 or (limit is not None and limit < 1):
        raise Refused(1)
    found = Session.objects.of(caller.operator.pk).order_by("pk")
    if limit is not None:
        found = found[min((page - 1) * limit, 2**31) : min(page * limit, 2**31)]
    since = online_since(caller.now)
    rows = found.values_list("pk", "account__number", "address", "device_uid", "last_seen_at")
    return {
        "sessions": [
            {"authkey_id": pk, "account": number, "ip": address, "uid": uid, "online": int(seen > since)}
            for pk, number, address, uid, seen in rows.iterator(2000)
        ]
    }


@BILLING_API.call(
    "AuthkeyDelete",
    "POST",
    "/authkey/delete/",
    errors={1: "authkey_id or authkey_key is needed", 2: "no such session"},
    has_message=False,
    writes=True,
)
def sign_out(caller: Guest, authkey_id: int | None = None, authkey_key: str = "") -> Fields:
    """Sign a device out."""
    own = Session.objects.of(caller.operator.pk)
    if authkey_id is None and not authkey_key:
        raise Refused(1)
    found = own.filter(pk=authkey_id) if authkey_id is not None else own.filter(token_digest=digest_of(authkey_key))
    if not close_sessions(actor=caller.actor, sessions=found):
        raise Refused(2)
    return {}
