"""Who may do what in the console: roles and their rights, as data; how documents are numbered. Pure."""

import re
from datetime import date
from enum import StrEnum

VIEW = frozenset({"view"})
EDIT = frozenset({"view", "add", "change"})
FULL = frozenset({"view", "add", "change", "delete"})
NONE: frozenset[str] = frozenset()


class Api(StrEnum):
    """The APIs that have keys of their own."""

    DEVICE = "device"
    BILLING = "billing"
    CONTENT = "content"
    STREAMING = "streaming"
    DEALERS = "dealers"
    REST = "rest"

    @property
    def label(self) -> str:
        return "REST API" if self is Api.REST else f"{self.value.capitalize()} API"

    @property
    def signs(self) -> bool:
        """Whether requests or answers are signed with its keys, so that they have to be readable again."""
        return self is not Api.REST


SCOPED = (
    "customers", "accounts", "devices", "sessions", "tariffs", "subscriptions", "payments", "transactions", "channels",
    "categories", "titles", "packages", "messages", "promo-codes", "operators", "dealers", "webhooks",
)  # fmt: skip
"""What keys of the REST API are for; each can be read and most can be written."""

SCOPES = tuple(f"{resource}:{right}" for resource in SCOPED for right in ("read", "write"))

EVENT_ENTITIES = frozenset(
    {
        "subscribers.customer", "subscribers.account", "subscribers.device", "subscribers.tariffsubscription",
        "billing.payment", "billing.transaction", "messaging.mailing", "viewing.seanceticket", "ingest.ticket",
    }
)  # fmt: skip
"""Whose writes other systems may want to hear of: their audit entries wait until webhooks have taken them."""


class Role(StrEnum):
    SUPERUSER = "superuser"
    OPERATOR_ADMIN = "operator_admin"
    EDITOR = "editor"
    SUPPORT = "support"
    DEALER = "dealer"
    MONITORING = "monitoring"
    COPYRIGHT_HOLDER = "copyright_holder"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


# Rights by role, then by context or by one entity ("context.entity" wins over "context").
RIGHTS: dict[Role, dict[str, frozenset[str]]] = {
    Role.SUPERUSER: {
        "ingest": FULL,
        "cameras": FULL,
        "games": FULL,
        "advertising": FULL,
        "operators": FULL,
        "catalog": FULL,
        "delivery": FULL,
        "vod": FULL,
        "viewing": FULL,
        "billing": FULL,
        "invoicing": FULL,
        "portal": FULL,
        "messaging": FULL,
        "webhooks": FULL,
        "monitoring": FULL,
        "subscribers": FULL,
    },
    Role.OPERATOR_ADMIN: {
        "ingest": VIEW,
        "ingest.inbox": FULL,
        "ingest.edge": FULL,
        "ingest.servicegroup": FULL,
        "ingest.ticket": frozenset({"view", "change"}),
        "cameras": FULL,
        "games": FULL,
        "advertising": FULL,
        "operators": VIEW,
        "operators.operator": frozenset({"view", "change"}),
        "operators.staff": FULL,
        "operators.dealer": FULL,
        "operators.apikey": FULL,
        "operators.change": NONE,
        "catalog": FULL,
        "delivery": FULL,
        "vod": FULL,
        "viewing": VIEW,
        "viewing.seanceticket": FULL,
        "billing": FULL,
        "invoicing": FULL,
        "portal": FULL,
        "portal.acceptance": VIEW,
        "messaging": VIEW,
        "messaging.mailing": FULL,
        "messaging.command": FULL,
        "webhooks": FULL,
        "monitoring": VIEW,
        "monitoring.devicecommand": FULL,
        "subscribers": FULL,
        "subscribers.devicetype": VIEW,
    },
    Role.EDITOR: {
        "ingest": VIEW,
        "ingest.ticket": frozenset({"view", "change"}),
        "cameras": FULL,
        "cameras.accountcamera": VIEW,
        "games": FULL,
        "advertising": FULL,
        "advertising.adsettings": VIEW,
        "catalog": FULL,
        "catalog.tariff": VIEW,
        "catalog.virtualtariff": VIEW,
        "portal": FULL,
        "portal.legaldocument": VIEW,
        "portal.acceptance": NONE,
        "delivery": VIEW,
        "vod": FULL,
        "viewing.seanceticket": FULL,
    },
    Role.SUPPORT: {
        "ingest": VIEW,
        "cameras": VIEW,
        "cameras.accountcamera": FULL,
        "games": VIEW,
        "games.gamerecord": frozenset({"view", "delete"}),
        "advertising": VIEW,
        "operators.auditentry": VIEW,
        "catalog": VIEW,
        "delivery": VIEW,
        "vod": VIEW,
        "viewing": VIEW,
        "billing": VIEW,
        "invoicing": VIEW,
        "billing.payment": frozenset({"view", "add"}),
        "billing.otherbilling": NONE,
        "portal": VIEW,
        "messaging": VIEW,
        "messaging.mailing": EDIT,
        "messaging.command": FULL,
        "monitoring": VIEW,
        "monitoring.devicecommand": EDIT,
        "subscribers": EDIT,
        "subscribers.device": FULL,
        "subscribers.session": frozenset({"view", "delete"}),
        "subscribers.devicetype": VIEW,
        "subscribers.operatordevicetype": VIEW,
        "subscribers.registrationrules": VIEW,
        "subscribers.textgateway": NONE,
        "subscribers.profile": VIEW,
        "subscribers.portaltemplate": VIEW,
    },
    Role.DEALER: {
        "catalog.tariff": VIEW,
        "billing.entry": VIEW,
        "billing.payment": VIEW,
        "subscribers.customer": EDIT,
        "subscribers.account": EDIT,
        "subscribers.device": FULL,
        "subscribers.tariffsubscription": EDIT,
    },
    Role.MONITORING: {
        "catalog.channel": VIEW,
        "delivery": VIEW,
        "delivery.maintenance": FULL,
        "monitoring": VIEW,
        "monitoring.devicepassword": NONE,
    },
    Role.COPYRIGHT_HOLDER: {"catalog.channel": VIEW, "catalog.programme": VIEW, "catalog.guidechannel": VIEW},
}


def may(role: str, context: str, entity: str, right: str) -> bool:
    """Say whether a role has a right ("view", "add", "change", "delete") on an entity."""
    if role not in Role.__members__.values():
        return False
    rights = RIGHTS[Role(role)]
    return right in rights.get(f"{context}.{entity}", rights.get(context, NONE))


def path_of(parent_path: str, operator_id: int) -> str:
    """Give an operator's place in the tree: the numbers from the root, each closed by "/"."""
    return f"{parent_path}{operator_id}/"


# --- numbers of documents ---

_FIELD = re.compile(r"\{(year|month|number)(?::(\d))?\}")


def series_of(mask: str, day: date) -> str:
    """Documents of one series are numbered on without a gap: by year where the number tells the year, else for ever."""
    return str(day.year) if "{year}" in mask else ""


def number_of(mask: str, day: date, number: int) -> str:
    """A document's number: `mask` has {year}, {month} and {number}, with a width for leading zeros as in {number:6}.

    A mask without {number} gets it at its end, since every document has a number of its own.
    """
    wanted = mask if "{number" in mask else mask + "{number}"
    values = {"year": day.year, "month": day.month, "number": number}
    return _FIELD.sub(lambda found: f"{values[found[1]]:0{found[2] or (2 if found[1] == 'month' else 1)}}", wanted)
