"""Every write on messages, mailings, texts on their way and commands: one module per noun."""

from headend.messaging.actions.commands import give_command, withdraw_command
from headend.messaging.actions.endings import tell_of_endings
from headend.messaging.actions.mailings import (
    delete_mailing,
    deliver_portion,
    release_mailing,
    save_mailing,
    stop_mailing,
)
from headend.messaging.actions.messages import delete_message, forget_messages, read_message, take_notices
from headend.messaging.actions.texts import send_due_texts

__all__ = [
    "delete_mailing",
    "delete_message",
    "deliver_portion",
    "forget_messages",
    "give_command",
    "read_message",
    "release_mailing",
    "save_mailing",
    "send_due_texts",
    "stop_mailing",
    "take_notices",
    "tell_of_endings",
    "withdraw_command",
]
