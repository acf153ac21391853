"""What accounts want to be reminded of."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from headend.operators.actions import forget
from headend.subscribers.models import Account
from headend.viewing.actions.titles import locked
from headend.viewing.models import Reminder
from headend.viewing.queries import programme_on

MOST_REMINDERS = 500


@transaction.atomic
def add_reminder(*, account: Account, channel_id: int, programme_id: int, shift_hours: int = 0) -> Reminder:
    """Remind an account of a programme on a channel; again, only the shift is changed. Raises NothingToRemember."""
    channel, programme = programme_on(account, channel_id, programme_id)
    locked(account)
    shift = timedelta(minutes=channel.guide_shift_minutes, hours=shift_hours)
    reminder, _ = Reminder.objects.update_or_create(
        account=account,
        channel=channel,
        programme=programme,
        defaults={
            "shift_hours": shift_hours,
            "starts_at": datetime.fromtimestamp(programme.start, UTC) + shift,
            "ends_at": datetime.fromtimestamp(programme.stop, UTC) + shift,
        },
    )
    mine = Reminder.objects.filter(account=account).order_by("-starts_at", "-pk")
    Reminder.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_REMINDERS:][:100])).delete()
    return reminder


@transaction.atomic
def remove_reminders(*, account: Account, programme_id: int | None = None) -> int:
    """Take away an account's reminders of a programme, or all; says how many."""
    locked(account)
    reminders = Reminder.objects.filter(account=account)
    return (reminders if programme_id is None else reminders.filter(programme=programme_id)).delete()[0]


def forget_old_reminders(*, before: datetime) -> int:
    """Delete reminders of programmes that ended before a moment; says how many."""
    return forget(Reminder.objects.filter(ends_at__lt=before))
