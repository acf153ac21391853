"""Payment gateways, one module each; a new one is a module and a line here (docs/3-extend/payment-gateway.md)."""

from headend.adapters.payment_gateways.manual import ManualGateway
from headend.adapters.payment_gateways.signed import SignedGateway
from headend.adapters.payment_gateways.stripe import StripeGateway
from headend.billing.ports import PaymentGatewayFactory

PAYMENT_GATEWAYS: dict[str, PaymentGatewayFactory] = {
    "manual": ManualGateway,
    "signed": SignedGateway,
    "stripe": StripeGateway,
}
