"""Tickets and purchases for tests."""

from itertools import count
from typing import Any

from django.utils import timezone

from headend.subscribers.models import Account
from headend.viewing.models import SeanceTicket, TitlePurchase
from headend.vod.models import Seance, Title

_number = count(1)


def make_ticket(*, seance: Seance, **fields: Any) -> SeanceTicket:
    """A ticket that nobody has used yet."""
    fields.setdefault("code", f"CODE-{next(_number)}")
    return SeanceTicket.objects.create(operator_id=seance.operator_id, seance=seance, **fields)


def make_purchase(*, account: Account, title: Title, **fields: Any) -> TitlePurchase:
    """A title bought for good."""
    fields.setdefault("bought_at", timezone.now())
    return TitlePurchase.objects.create(operator_id=account.operator_id, account=account, title=title, **fields)
