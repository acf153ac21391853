"""What a staff member may do: the rights of their role, and whatever was given to them besides."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from headend.operators.models import Staff
from headend.operators.rules import FULL, RIGHTS, Role, may

# The records that roles speak of, by context. A test proves that no registered screen is missing.
ENTITIES = {
    "ingest": ("ticket", "inbox", "edge", "servicegroup", "edgefile", "logentry"),
    "cameras": ("camera", "city", "accountcamera"),
    "games": ("game", "gamerecord"),
    "advertising": ("adsettings", "adblock", "admovie", "adprovider", "adshow"),
    "operators": ("operator", "staff", "dealer", "apikey", "auditentry"),
    "catalog": (
        "category",
        "copyrightholder",
        "guidesource",
        "guidechannel",
        "guidecategory",
        "guidecategorymapping",
        "programme",
        "programmeblocking",
        "channel",
        "channelsort",
        "tariff",
        "virtualtariff",
        "radio",
        "hbbprovider",
        "hbbchannel",
        "hbbevent",
        "hbbreport",
    ),
    "delivery": ("datacentre", "streamingserver", "maintenance"),
    "vod": (
        "title",
        "season",
        "episode",
        "asset",
        "skipfragment",
        "person",
        "genre",
        "videoprovider",
        "pricecategory",
        "seance",
    ),
    "viewing": (
        "accounttitle",
        "assetposition",
        "programmeposition",
        "reminder",
        "recording",
        "titlepurchase",
        "seanceticket",
    ),
    "billing": (
        "billingrun",
        "billingterms",
        "commissionrule",
        "discount",
        "promisedpayment",
        "entry",
        "transaction",
        "payment",
        "merchant",
        "savedcard",
        "promocode",
        "promoactivation",
        "gatewaynotice",
        "otherbilling",
    ),
    "invoicing": ("invoice", "seller", "documenttemplate"),
    "messaging": ("mailing", "message", "outgoingtext", "command"),
    "webhooks": ("endpoint", "delivery"),
    "monitoring": ("devicereport", "devicecommand", "devicepassword"),
    "portal": (
        "dashboard",
        "ribbon",
        "selection",
        "application",
        "homefeed",
        "targetbanner",
        "legaldocument",
        "acceptance",
    ),
    "subscribers": (
        "devicetype",
        "operatordevicetype",
        "customer",
        "account",
        "tariffsubscription",
        "registrationrules",
        "textgateway",
        "profile",
        "portaltemplate",
        "device",
        "session",
    ),
}


def permissions_of(role: str) -> frozenset[str]:
    """Django's names ("catalog.view_channel") of all that a role gives."""
    return frozenset(
        f"{context}.{right}_{entity}"
        for context, entities in ENTITIES.items()
        for entity in entities
        for right in FULL
        if may(role, context, entity, right)
    )


_BY_ROLE = {role.value: permissions_of(role.value) for role in RIGHTS if role is not Role.SUPERUSER}


class RoleBackend(ModelBackend):
    """Signs staff in by password; rights come from the role, Django's own user and group rights add to them."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        permissions = super().get_all_permissions(user_obj, obj)
        if obj is not None or not user_obj.is_active or not isinstance(user_obj, Staff):
            return permissions
        return permissions | _BY_ROLE.get(user_obj.role, frozenset())
