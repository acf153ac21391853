"""Every write on money: one module per noun."""

from headend.billing.actions.cards import forget_card, set_autopayment
from headend.billing.actions.ledger import charge, correct, credit
from headend.billing.actions.payments import (
    Checkout,
    charge_card,
    fail_payment,
    refund_payment,
    settle_payment,
    start_payment,
    write_down_payment,
)
from headend.billing.actions.promos import activate_promo
from headend.billing.actions.tariffs import Purchase, buy_tariff, leave_tariff

__all__ = [
    "Checkout",
    "Purchase",
    "activate_promo",
    "buy_tariff",
    "charge",
    "charge_card",
    "correct",
    "credit",
    "fail_payment",
    "forget_card",
    "leave_tariff",
    "refund_payment",
    "set_autopayment",
    "settle_payment",
    "start_payment",
    "write_down_payment",
]
