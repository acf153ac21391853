"""Which events there are, how they are signed, when a delivery is tried again. Pure.

Signed as Standard Webhooks says (version 1, symmetric): https://www.standardwebhooks.com
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from headend.kernel.errors import Invalid

NOUNS = {
    "subscribers.customer": "customer",
    "subscribers.account": "account",
    "subscribers.device": "device",
    "subscribers.tariffsubscription": "subscription",
    "billing.payment": "payment",
    "billing.transaction": "transaction",
    "messaging.mailing": "message",
    "viewing.seanceticket": "ticket",
    "ingest.ticket": "package",
}
"""What records are called in events, by entity."""

EVENTS = {
    "customer.created": "A customer was made.",
    "customer.changed": "Fields of a customer were changed.",
    "customer.deleted": "A customer was deleted, with its accounts.",
    "account.created": "An account was made.",
    "account.changed": "Fields of an account were changed; blocks and dates too.",
    "account.deleted": "An account was deleted.",
    "device.created": "A device was bound to an account.",
    "device.changed": "Fields of a device were changed.",
    "device.deleted": "A device was taken from its account.",
    "subscription.created": "A customer got a tariff.",
    "subscription.changed": "A subscription got an end, or another one.",
    "subscription.deleted": "A subscription that had not begun was taken back.",
    "payment.created": "A payment was begun.",
    "payment.changed": "A payment was changed, and is neither paid nor failed by that.",
    "payment.paid": "A payment is paid and in the ledger.",
    "payment.failed": "A payment did not come about.",
    "transaction.created": "Money moved in the ledger: payments, charges, refunds, corrections.",
    "message.created": "A draft of a message was written.",
    "message.changed": "A draft was changed.",
    "message.sent": "A message was released.",
    "message.stopped": "A message is sent no more.",
    "message.deleted": "A message was deleted.",
    "ticket.created": "A ticket to a seance was made.",
    "ticket.changed": "A ticket was changed, or used for the first time.",
    "ticket.deleted": "A ticket was deleted.",
    "package.created": "A provider's package was taken; a refused one too.",
    "package.changed": "Staff held a package, released it or set its state.",
    "package.published": "A package is through: its title or guide is published.",
    "package.rejected": "A package was rejected; the record says why.",
}
"""Every event that endpoints may ask for; `customer.*` asks for all of a noun."""

TEST = "test"
"""What the button for trying an endpoint sends, whatever it asked for."""

_VERBS = {"add": "created", "change": "changed", "delete": "deleted", "send": "sent", "stop": "stopped"}
_ENDS = {
    ("payment", "status"): {"paid": "paid", "failed": "failed"},
    ("package", "state"): {"closed": "published", "rejected": "rejected"},
}
"""What changes are called that end something, by the noun and the field, and what that comes to."""
_SCOPES = {"message": "messages:read", "ticket": "titles:read"}

LONGEST_URL = 1000
MOST_FIELDS = 10
SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with
SECRET_BYTES = 32

# Seconds, after the first, second, … failure: three days in all.
_RETRY_AFTER = (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 72_000)
_PAUSES = (0, 5, 15, 60, 300)


def event_of(entity: str, verb: str, changes: Mapping[str, Any]) -> str | None:
    """The event that a write is, None for what is none. `changes` are {field: [old, new]}."""
    noun, past = NOUNS.get(entity), _VERBS.get(verb)
    for (whose, field), ends in _ENDS.items():
        told = changes.get(field)
        if whose == noun and verb == "change" and isinstance(told, list):
            past = ends.get(str(told[-1]), past)
    name = f"{noun}.{past}"
    return name if name in EVENTS else None


def is_wanted(name: str, wanted: Collection[str]) -> bool:
    """Say whether an endpoint that asked for these events gets this one."""
    return name == TEST or name in wanted or f"{name.partition('.')[0]}.*" in wanted


def is_about(told: object, only: Mapping[str, str]) -> bool:
    """Say whether a record, as an event tells it, has in each of these fields one of the values (with commas between).

    What an event does not tell, such as a record that is gone, cannot be said to have them.
    """
    record = told if isinstance(told, Mapping) else {}
    return all(name in record and str(record[name]) in _values(values) for name, values in only.items())


def _values(text: str) -> set[str]:
    return {value.strip() for value in text.split(",")}


def check_only(only: object) -> dict[str, str]:
    """The fields and values that an endpoint may ask for; raises Invalid."""
    if not isinstance(only, dict) or not all(isinstance(part, str) for pair in only.items() for part in pair):
        raise Invalid("fields and values are texts", "only")
    if len(only) > MOST_FIELDS or any(not name or not values.strip() for name, values in only.items()):
        raise Invalid(f"there are {MOST_FIELDS} fields at most, each with values", "only")
    return only


def check_events(wanted: object) -> list[str]:
    """The events that an endpoint may ask for, each once; raises Invalid."""
    if not isinstance(wanted, list) or not wanted:
        raise Invalid("an endpoint asks for at least one event", "events")
    for name in wanted:
        if name not in EVENTS and name not in {f"{noun}.*" for noun in NOUNS.values()}:
            raise Invalid(f"there is no event {name}", "events")
    return list(dict.fromkeys(wanted))


def scope_for(name: str) -> str:
    """What a key has to be allowed to read to be told of an event."""
    noun = name.partition(".")[0]
    return _SCOPES.get(noun, f"{noun}s:read")


def check_url(url: str) -> str:
    """An address that webhooks may be sent to, as far as it can be seen; raises Invalid."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or len(url) > LONGEST_URL or parts.username or not url.isprintable() or " " in url:
        raise Invalid("an http(s) address without a user is needed", "url")
    return url


# --- signatures ---


def new_secret() -> str:
    """Make a secret: `whsec_` and 32 random bytes in Base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(secret: str, number: str, moment: int, body: bytes) -> dict[str, str]:
    """The headers that prove who sent a body: its number and time (epoch seconds) are part of what is signed."""
    told = b".".join((number.encode(), str(moment).encode(), body))
    digest = base64.b64encode(hmac.digest(_bytes_of(secret), told, "sha256")).decode()
    return {"webhook-id": number, "webhook-timestamp": str(moment), "webhook-signature": f"v1,{digest}"}


def _bytes_of(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise Invalid("the secret is no Base64", "secret") from error


# --- when it does not work ---


def next_attempt(attempts: int, chance: float) -> float | None:
    """Seconds until a delivery that failed so many times is tried again, None when it is given up.

    `chance`, from 0 to 1, spreads them by a fifth either way, so that what failed together does not come back together.
    """
    return _RETRY_AFTER[attempts - 1] * (0.8 + 0.4 * chance) if attempts <= len(_RETRY_AFTER) else None


def pause_after(failures: int) -> int:
    """Seconds for which an endpoint is left alone after so many failures in a row.

    Not after the first: it may be that one event alone is not taken.
    """
    return _PAUSES[min(failures, len(_PAUSES)) - 1] if failures else 0
