"""`headend manage resend_sms`: hands over texts that wait; the worker does the same every minute."""

from datetime import UTC, datetime
from typing import Any

from django.core.management import BaseCommand

from headend.interfaces.texts import sender_for
from headend.messaging.actions import send_due_texts


class Command(BaseCommand):
    help = "Hand over SMS and mail whose turn it is; those that fail are tried again later."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{send_due_texts(senders=sender_for, now=datetime.now(UTC))} texts sent")
