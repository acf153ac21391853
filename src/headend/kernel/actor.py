"""Who does something: every action takes an actor, and the audit log names it."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    STAFF = "staff"
    API_KEY = "api_key"
    DEVICE = "device"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is the staff, key or account number, None for the system; `address` the caller's IP or ""."""

    kind: ActorKind
    name: str
    id: int | None = None
    address: str = ""


def system(name: str) -> Actor:
    """Name a part of the platform itself (a job, a command) as the actor."""
    return Actor(ActorKind.SYSTEM, name)
