"""Reading messages: an account's own, what waits for it, and whom a mailing reaches."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from headend.messaging.errors import NoSuchMessage
from headend.messaging.models import Audience, Command, Mailing, MailingState, Message, OutgoingText, TextState
from headend.messaging.rules import FOREVER, Mail
from headend.subscribers.models import Account, Customer, TariffSubscription
from headend.subscribers.queries import held_at

MOST_LISTED = 100


def messages_of(account: Account) -> QuerySet[Message]:
    """An account's messages, the newest first."""
    found: QuerySet[Message] = Message.objects.filter(account=account).select_related("mailing")
    return found.order_by("-created_at", "-pk")


def message_of(account: Account, number: str) -> Message:
    """An account's message by its UUID; raises NoSuchMessage."""
    try:
        found = messages_of(account).filter(uuid=UUID(number)).first()
    except ValueError:
        found = None
    if found is None:
        raise NoSuchMessage("there is no such message")
    return found


# --- what waits, as the gate is fed with it ---


def mail_among(accounts: Q, now: int) -> dict[int, Mail]:
    """What waits for accounts, by their number; those without anything are left out. `accounts` filters by account."""
    urgent = Count("pk", filter=Q(told_at=None, mailing__is_urgent=True))
    unread = Message.objects.filter(accounts, read_at=None).order_by().values_list("account_id").annotate(urgent=urgent)
    found: dict[int, tuple[bool, int]] = {account: (True, FOREVER if urgent else 0) for account, urgent in unread}
    commands = _open_commands(now).filter(accounts).values_list("account_id").annotate(last=Max("expires_at"))
    for account, expires in commands:
        has_unread, until = found.get(account, (False, 0))
        found[account] = has_unread, max(until, int(expires.timestamp()))
    return {account: _mail(*each) for account, each in found.items()}


@lru_cache(maxsize=1000)
def _mail(has_unread: bool, asks_until: int) -> Mail:
    return Mail(has_unread, asks_until)  # few different ones, many times


def _open_commands(now: int) -> QuerySet[Command]:
    """Commands that have not expired, less those for one device that has been told."""
    live = Command.objects.filter(expires_at__gt=datetime.fromtimestamp(now, UTC)).order_by()
    open_: QuerySet[Command] = live.filter(Q(device=None) | Q(deliveries=None))
    return open_


def command_for(account_id: int, device_uid: str, now: datetime) -> Command | None:
    """The oldest command that a device has not been told."""
    live = Command.objects.filter(account_id=account_id, expires_at__gt=now)
    live = live.filter(Q(device=None) | Q(device__uid=device_uid)).exclude(deliveries__device_uid=device_uid)
    found: Command | None = live.order_by("pk").first()
    return found


def urgent_message_for(account_id: int) -> Message | None:
    """The newest urgent message that nobody has seen yet."""
    unseen = Message.objects.filter(account_id=account_id, read_at=None, told_at=None, mailing__is_urgent=True)
    found: Message | None = unseen.select_related("mailing").order_by("-created_at", "-pk").first()
    return found


# --- whom a mailing reaches ---


class Reach(NamedTuple):
    """How many a mailing reaches: accounts on their screens, phones and mail boxes."""

    accounts: int
    phones: int
    mail_boxes: int


def accounts_reached_by(mailing: Mailing, now: datetime) -> QuerySet[Account]:
    """The accounts that a mailing goes to."""
    accounts: QuerySet[Account] = Account.objects.of(mailing.operator_id)
    if mailing.audience == Audience.ACCOUNT:
        return accounts.filter(pk=mailing.account_id or 0)
    if mailing.audience == Audience.DEALER:
        return accounts.filter(customer__dealer=mailing.dealer_id)
    if mailing.audience == Audience.TARIFF:
        held = held_at(TariffSubscription.objects.of(mailing.operator_id).filter(tariff=mailing.tariff_id), now)
        whole = held.filter(account=None)
        return accounts.filter(Q(pk__in=held.values("account")) | Q(customer__in=whole.values("customer")))
    return accounts


def reach_of(mailing: Mailing, now: datetime) -> Reach:
    """Count whom a mailing reaches by the ways that it takes."""
    accounts = accounts_reached_by(mailing, now)
    customers = Customer.objects.filter(accounts__in=accounts)
    return Reach(
        accounts.count() if mailing.by_screen else 0,
        _number(customers, mailing.by_sms, "mobile_phone", sends_sms=True),
        _number(customers, mailing.by_email, "email", sends_email=True),
    )


def _number(customers: QuerySet[Customer], is_wanted: bool, field: str, **wish: Any) -> int:
    if not is_wanted:
        return 0
    return int(customers.filter(**wish).exclude(**{field: ""}).values(field).distinct().count())


def mailings_to_send() -> list[int]:
    """The numbers of mailings that were released and are not done."""
    waiting = Mailing.objects.filter(state__in=(MailingState.WAITING, MailingState.RUNNING))
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def texts_due(now: datetime) -> QuerySet[OutgoingText]:
    """Texts whose turn it is, the oldest first."""
    due: QuerySet[OutgoingText] = OutgoingText.objects.filter(state=TextState.WAITING, next_attempt_at__lte=now)
    return due.exclude(mailing__state=MailingState.STOPPED).order_by("next_attempt_at", "pk")
