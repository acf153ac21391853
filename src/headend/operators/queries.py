"""Reading operators, keys, the audit log and the change feed."""

import logging
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Max, Q, QuerySet

from headend.kernel.tokens import digest_of
from headend.operators.errors import UnknownKey, UnknownOperator
from headend.operators.models import ApiKey, Change, Dealer, Operator, Staff
from headend.operators.rules import Api

log = logging.getLogger(__name__)


def operators_seen_by(staff: Staff) -> QuerySet[Operator]:
    """The operators a staff member works for: all for a superuser, else their own and those below it."""
    if staff.is_superuser:
        return Operator.objects.all()
    if staff.operator is None:
        return Operator.objects.none()
    return Operator.objects.filter(path__startswith=staff.operator.path)


def operator_called(text: str) -> Operator:
    """The operator with this number or this name, "" for the only one there is; UnknownOperator says what there is."""
    operators = Operator.objects.order_by("id")
    named = Q(name=text) | Q(pk=int(text)) if text.isascii() and text.isdigit() else Q(name=text)
    found = operators.filter(named)[:2] if text else operators[:2]
    if len(found) == 1:
        return found[0]
    there_are = ", ".join(f"{operator.pk} ({operator.name})" for operator in operators[:10]) or "none yet"
    raise UnknownOperator(f"which operator? There are: {there_are}")


def key_of(*, operator_id: int, api: Api, key: str) -> ApiKey:
    """Find a live API key by its text; UnknownKey when it is another operator's, another API's or revoked."""
    found: ApiKey | None = ApiKey.objects.filter(
        operator_id=operator_id, operator__is_active=True, api=api.value, digest=digest_of(key), revoked_at=None
    ).first()
    if found is None:
        raise UnknownKey("no such key")
    return found


def dealer_key_of(*, dealer_id: int, key: str) -> tuple[Dealer, ApiKey]:
    """Find a dealer and its live key by its text; UnknownKey also when the dealer or its operator is not active."""
    keys = ApiKey.objects.select_related("dealer", "operator").filter(
        api=Api.DEALERS.value, revoked_at=None, operator__is_active=True, dealer__is_active=True
    )
    found: ApiKey | None = keys.filter(dealer_id=dealer_id, digest=digest_of(key)).first()
    if found is None or found.dealer is None:
        raise UnknownKey("no such key")
    return found.dealer, found


def rest_key(text: str, now: datetime) -> ApiKey | None:
    """The live key of the REST API with this text, with its operator; None too when it has expired."""
    keys = ApiKey.objects.select_related("operator").filter(api=Api.REST.value, digest=digest_of(text), revoked_at=None)
    found: ApiKey | None = keys.filter(Q(expires_at=None) | Q(expires_at__gt=now), operator__is_active=True).first()
    return found


def live_keys(*, operator_id: int, api: Api) -> list[ApiKey]:
    """The keys of an API that are not revoked, the newest first; none for an operator that is not active."""
    keys = ApiKey.objects.select_related("operator").filter(
        operator_id=operator_id, operator__is_active=True, api=api.value, revoked_at=None
    )
    return list(keys.order_by("-id"))


def last_change() -> int:
    """The number of the newest change row, 0 when there is none."""
    return Change.objects.aggregate(last=Max("id"))["last"] or 0


def changes_after(number: int, limit: int = 10_000) -> list[Change]:
    """Change rows with a greater number, oldest first."""
    return list(Change.objects.filter(id__gt=number).order_by("id")[:limit])


def change_ids_from(number: int) -> list[int]:
    """The numbers of the change rows from this number on, in order."""
    return list(Change.objects.filter(id__gte=number).order_by("id").values_list("id", flat=True))


def changes_before(moment: datetime) -> QuerySet[Change]:
    """Change rows old enough to be forgotten: every gate has read them."""
    return Change.objects.filter(at__lt=moment)


def zone_of(operator: Operator) -> ZoneInfo:
    """The operator's time zone; UTC, and a line in the log, when its name means nothing to this machine."""
    return zone_named(operator.time_zone)


@cache
def zone_named(name: str) -> ZoneInfo:
    """As `zone_of`, by the zone's name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.error("%r is no time zone; UTC is used instead", name)
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days of an operator, both inclusive."""

    operator: Operator
    first: date
    last: date

    @property
    def begins(self) -> datetime:
        """The first day's midnight in the operator's zone."""
        return datetime.combine(self.first, time(), zone_of(self.operator))

    @property
    def ends(self) -> datetime:
        """The midnight after the last day."""
        return datetime.combine(self.last + timedelta(days=1), time(), zone_of(self.operator))

    def months(self) -> Iterator["Days"]:
        """The calendar months of the days; the first and the last may be parts."""
        day = self.first
        while day <= self.last:
            end = day.replace(day=monthrange(day.year, day.month)[1])
            yield Days(self.operator, day, min(end, self.last))
            day = end + timedelta(days=1)
