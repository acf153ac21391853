"""Other billing systems: asked over HTTP, with patience (docs/3-extend/external-billing.md)."""

from headend.adapters.billing_systems.http import HttpBillingSystem
from headend.adapters.billing_systems.patience import Patient
from headend.billing.ports import BillingSystem, BillingSystemConfig


def billing_system(config: BillingSystemConfig) -> BillingSystem:
    """Open another billing system; raises Invalid with the field as its place."""
    return Patient(HttpBillingSystem(config), config)
