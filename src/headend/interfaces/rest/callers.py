"""Who calls: a key of the REST API with its scopes, so often a minute as the configuration allows."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from threading import Lock
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja.security import HttpBearer

from headend.interfaces.rest.problems import Problem
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import Invalid
from headend.kernel.limits import Buckets
from headend.operators.actions import note_use
from headend.operators.models import ApiKey, Operator, OperatorOwned
from headend.operators.queries import rest_key

LONGEST_TOKEN = 256
WINDOW = 60  # seconds

Owned = TypeVar("Owned", bound=OperatorOwned)


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that asks and for whom it speaks; `now` is when."""

    key: ApiKey
    address: str
    now: datetime

    @property
    def operator(self) -> Operator:
        return self.key.operator

    @property
    def actor(self) -> Actor:
        """Who writes, for actions."""
        return Actor(ActorKind.API_KEY, self.key.name or str(self.key), self.key.pk, self.address)

    def own(self, model: type[Owned]) -> QuerySet[Owned]:
        """The records of a model that are the operator's: all that the key ever sees."""
        records: QuerySet[Owned] = model.objects.of(self.key.operator_id)
        return records

    def find(self, model: type[Owned], number: int | None, place: str) -> Owned | None:
        """The operator's record of this number, None of None; Invalid with `place` when there is none."""
        if number is None:
            return None
        found = self.own(model).filter(pk=number).first()
        if found is None:
            raise Invalid(f"there is no {model._meta.verbose_name} {number}", place)
        return found

    def find_all(self, model: type[Owned], numbers: list[int], place: str) -> list[Owned]:
        """The operator's records of these numbers; Invalid with `place` when one is missing."""
        found = self.own(model).in_bulk(numbers)
        for number in numbers:
            if number not in found:
                raise Invalid(f"there is no {model._meta.verbose_name} {number}", place)
        return list(found.values())


class Rates:
    """How often each key may ask: a bucket of one minute's requests, refilled all the time."""

    def __init__(self) -> None:
        self._lock, self._buckets, self._size = Lock(), Buckets(0, 0), 0

    def take(self, key: int) -> tuple[bool, dict[str, str]]:
        """Count a request; says whether it may go on, and what the standard headers tell of it."""
        size, now = settings.HEADEND.rest_requests_per_minute, time.monotonic()
        with self._lock:
            if size != self._size:
                self._buckets, self._size = Buckets(size, size / WINDOW), size
            allowed = self._buckets.take(key, now)
            left = self._buckets.level(key)
        policy, until_full = f'"key";q={size};w={WINDOW}', ceil((size - left) * WINDOW / size)
        return allowed, {"RateLimit-Policy": policy, "RateLimit": f'"key";r={int(left)};t={until_full}'}


rates = Rates()


class Key(HttpBearer):
    """Lets requests pass whose key has a scope. What is told of its rate stands in `request.rest_headers`."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The caller; None for a key that nobody knows. Raises Problem."""
        now = datetime.now(UTC)
        key = rest_key(token, now) if 0 < len(token) <= LONGEST_TOKEN else None
        if key is None:
            return None
        allowed, headers = rates.take(key.pk)
        request.rest_headers = headers  # type: ignore[attr-defined]
        if not allowed:
            wait = ceil(WINDOW / settings.HEADEND.rest_requests_per_minute)
            raise Problem(429, "too_many", "slow down", headers={"Retry-After": str(wait)})
        if self.scope not in key.scopes:
            raise Problem(403, "scope_missing", f"the key needs the scope {self.scope}")
        note_use(key=key, now=now)
        return Caller(key, request.META.get("REMOTE_ADDR", ""), now)


def caller_of(request: HttpRequest) -> Caller:
    """Who asks, once `Key` has let the request pass."""
    known: Any = request
    caller: Caller = known.auth
    return caller
