"""Every write on money: one module per noun."""

from headend.billing.actions.assignments import (
    assign_tariff,
    assign_virtual_tariff,
    close_subscription,
    create_subscription,
    remove_tariff,
    remove_virtual_tariff,
    set_price,
)
from headend.billing.actions.autopayments import Autopaid, make_autopayments
from headend.billing.actions.cards import forget_card, set_autopayment
from headend.billing.actions.checking import Answered, ask_about_payments
from headend.billing.actions.dealers import pay_dealer
from headend.billing.actions.external import announce_payment, post_external, undo_external
from headend.billing.actions.ledger import charge, correct, credit
from headend.billing.actions.modes import Moved, charge_by_subscription
from headend.billing.actions.notices import Arrival, forget_notices, refuse_notice, take_notice
from headend.billing.actions.openings import open_balances
from headend.billing.actions.payments import (
    Checkout,
    ask_gateway,
    charge_card,
    fail_payment,
    settle_payment,
    start_payment,
    write_down_payment,
)
from headend.billing.actions.promises import promise_payment
from headend.billing.actions.promos import PromoTerms, activate_promo, create_promos
from headend.billing.actions.refunds import refund_payment
from headend.billing.actions.renewals import Tally, preview, renew, revive
from headend.billing.actions.runs import Report, run_billing
from headend.billing.actions.tariffs import Purchase, buy_tariff, change_later, leave_tariff

__all__ = [
    "Answered",
    "Arrival",
    "Autopaid",
    "Checkout",
    "Moved",
    "PromoTerms",
    "Purchase",
    "Report",
    "Tally",
    "activate_promo",
    "announce_payment",
    "ask_about_payments",
    "ask_gateway",
    "assign_tariff",
    "assign_virtual_tariff",
    "buy_tariff",
    "change_later",
    "charge",
    "charge_by_subscription",
    "charge_card",
    "close_subscription",
    "correct",
    "create_promos",
    "create_subscription",
    "credit",
    "fail_payment",
    "forget_card",
    "forget_notices",
    "leave_tariff",
    "open_balances",
    "pay_dealer",
    "post_external",
    "make_autopayments",
    "preview",
    "promise_payment",
    "refund_payment",
    "refuse_notice",
    "remove_tariff",
    "remove_virtual_tariff",
    "renew",
    "revive",
    "run_billing",
    "set_autopayment",
    "set_price",
    "settle_payment",
    "start_payment",
    "take_notice",
    "undo_external",
    "write_down_payment",
]
