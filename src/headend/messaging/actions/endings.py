"""Telling households that their service is about to end, each time once."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from headend.billing.queries.endings import Ending, endings
from headend.kernel.actor import Actor
from headend.messaging.actions.mailings import release_mailing, save_mailing
from headend.messaging.models import Audience, Mailing
from headend.operators.models import Operator


def tell_of_endings(*, actor: Actor, operator: Operator, now: datetime, days: int) -> int:
    """Write to the accounts of an operator whose service ends within so many days, on screen and by mail.

    Says how many. However often this is called, nobody is told of the same day again.
    """
    with translation.override(operator.language):
        return sum(_tell(actor, operator, ending, now) for ending in endings(operator, now, days))


def _tell(actor: Actor, operator: Operator, ending: Ending, now: datetime) -> bool:
    once = f"ending {ending.account.pk} {ending.day}"
    if Mailing.objects.of(operator.pk).filter(once=once).exists():
        return False
    mailing = Mailing(
        operator=operator,
        audience=Audience.ACCOUNT,
        account=ending.account,
        subject=_("Your television service is about to end"),
        text=_words(ending),
        by_email=True,
        once=once,
    )
    try:
        with transaction.atomic():
            release_mailing(actor=actor, mailing=save_mailing(actor=actor, mailing=mailing), now=now)
    except IntegrityError:  # somebody else told it in this very moment
        return False
    return True


def _words(ending: Ending) -> str:
    day = date_format(ending.day)
    if not ending.to_pay:
        return _("It ends on %(day)s.") % {"day": day}
    amount = f"{ending.to_pay} {ending.currency}"
    return _("It ends on %(day)s. It goes on if you pay %(amount)s by then.") % {"day": day, "amount": amount}
