"""Registers every screen; Django's autodiscovery imports this module."""

from django.contrib import admin
from django.contrib.auth.models import Group

from headend.interfaces.console import (
    advertising,
    audit,
    billing,
    billing_gateways,
    cameras,
    catalog,
    commissions,
    delivery,
    devices,
    games,
    guide,
    ingest_edges,
    ingest_inboxes,
    ingest_log,
    ingest_tickets,
    invoicing,
    messaging,
    monitoring,
    operators,
    portal,
    promos,
    radio,
    renewals,
    self_service,
    subscribers,
    viewing,
    vod,
    webhooks,
)

admin.site.unregister(Group)  # ours has rights and an audit entry
for room in (
    operators,
    catalog,
    guide,
    delivery,
    vod,
    self_service,
    subscribers,
    billing,
    commissions,
    billing_gateways,
    promos,
    renewals,
    invoicing,
    devices,
    messaging,
    monitoring,
    viewing,
    radio,
    cameras,
    games,
    advertising,
    portal,
    ingest_tickets,
    ingest_inboxes,
    ingest_edges,
    ingest_log,
    webhooks,
    audit,
):
    for model, screen in room.SCREENS.items():
        admin.site.register(model, screen)
