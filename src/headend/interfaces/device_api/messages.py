"""Messages to the account. That there are some, and what is urgent, the gate tells with AccountStatus."""

from typing import Any

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Viewer, wire_of
from headend.kernel.formats import XML, Fields
from headend.messaging import actions
from headend.messaging.errors import NoSuchMessage
from headend.messaging.models import Message
from headend.messaging.queries import MOST_LISTED, messages_of
from headend.operators.queries import zone_of

_BAD_UUID = {1: "no such message"}


@DEVICE_API.call("MessageList", "GET", "/message/list/")
def list_messages(viewer: Viewer) -> Fields:
    """List the account's messages, the newest first.

    Choice: a hundred at most, for there are no pages. Times are those of the operator's zone.
    """
    return {"messages": [_row(viewer, each) for each in messages_of(viewer.account)[:MOST_LISTED]]}


@DEVICE_API.call("MessageDetail", "GET", "/message/detail/", errors=_BAD_UUID, refusals={NoSuchMessage: 1}, writes=True)
def open_message(viewer: Viewer, uuid: str) -> Fields:
    """Give a message with its text; from then on it is read.

    Choice: `was_read` says whether it had been read before. A message that goes after reading is given this once.
    `created_at` is in seconds since the epoch in JSON, and a local time in XML.
    """
    message = actions.read_message(account=viewer.account, number=uuid, now=viewer.now)
    fields = _row(viewer, message)
    if wire_of(viewer) is not XML:
        fields["created_at"] = int(message.created_at.timestamp())
    return fields | {"text": message.mailing.text, "no_confirmation": int(message.mailing.no_confirmation)}


@DEVICE_API.call("MessageDelete", "GET", "/message/delete/", errors=_BAD_UUID, refusals={NoSuchMessage: 1}, writes=True)
def delete_message(viewer: Viewer, uuid: str) -> Fields:
    """Take a message away from the account, read or not."""
    actions.delete_message(account=viewer.account, number=uuid)
    return {}


def _row(viewer: Viewer, message: Message) -> dict[str, Any]:
    return {
        "uuid": str(message.uuid),
        "subject": message.mailing.subject,
        "created_at": f"{message.created_at.astimezone(zone_of(viewer.operator)):%Y-%m-%d %H:%M}",
        "urgent": int(message.mailing.is_urgent),
        "was_read": int(message.read_at is not None),
    }
