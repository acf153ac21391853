"""What can be wrong with money.

HeadendError
├── Invalid
│   └── BadAmount             no amount of money, or more than can be meant
├── Unbalanced                a transaction's entries do not sum to zero: a defect of the caller
├── Immutable                 entries are never changed or deleted
├── AlreadyPosted             a transaction with this external id is in the ledger
├── NotEnoughBalance
├── OtherCurrency             a tariff is sold in another currency than the customer's balance is kept in
├── OnePriceOnly              in the simple billing mode subscriptions have no terms of their own
├── SubscriptionRefused       `reason` says why (`billing.rules.Refusal`)
├── PromiseRefused            `reason` says why (`billing.rules.promises.PromiseRefusal`)
├── PromoRefused              `reason` says why (`billing.rules.PromoRefusal`)
├── NoGateway                 the operator has no payment gateway, or none of this name
├── GatewayRefused            `failure` says why (`billing.ports.Failure`)
├── NoticeRefused             `complaint` says why (`billing.ports.Complaint`)
├── UnknownPayment, UnknownCard
├── PaymentSettled            the payment has been confirmed already
├── AlreadyPaid               there is a payment for the same thing
├── OverRefunded              more than was paid would go back
├── BillingElsewhere          what another billing system decides cannot be done
│   ├── BillingUnset          it is not set up as it should be
│   ├── BillingSilent         it does not answer, or not as it should
│   ├── BillingLacks          it cannot be asked this
│   └── BillingRefused        it says no; `reason` says why
└── NoCardForAutopayment
"""

from headend.kernel.errors import HeadendError, Invalid, NotFound


class BadAmount(Invalid):
    """Not a positive amount in the currency's smallest unit, or more than the ledger can hold."""

    code = "bad_amount"


class Unbalanced(HeadendError):
    """The entries of a transaction do not sum to zero, or are none."""

    code = "unbalanced"


class Immutable(HeadendError):
    """What is in the ledger stays; a correction is a new transaction."""

    code = "immutable"


class AlreadyPosted(HeadendError):
    """There is a transaction with this external id."""

    code = "already_posted"


class NotEnoughBalance(HeadendError):
    """The customer's balance does not cover it."""

    code = "not_enough_balance"


class OtherCurrency(HeadendError):
    """A tariff cannot be paid from a balance in another currency."""

    code = "other_currency"


class CurrencyFixed(HeadendError):
    """Money has moved in a currency already: kept in another one, it would be on nobody's balance."""

    code = "currency_fixed"


class OnePriceOnly(HeadendError):
    """The operator is in the simple billing mode, in which subscriptions have no prices and ends of their own."""

    code = "one_price_only"


class SubscriptionRefused(HeadendError):
    """The tariff cannot be subscribed to, or not be left."""

    code = "subscription_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason.replace("_", " "))
        self.reason = reason


class PromiseRefused(HeadendError):
    """A promise to pay is not taken."""

    code = "promise_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason.replace("_", " "))
        self.reason = reason


class PromoRefused(HeadendError):
    """The promo code does not work, or not any more, or not for this customer."""

    code = "promo_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason.replace("_", " "))
        self.reason = reason


class NoGateway(HeadendError):
    """The operator has no payment gateway that is switched on, or none of this kind."""

    code = "no_gateway"


class GatewayRefused(HeadendError):
    """The payment gateway did not do it. `failure` is one of `billing.ports.Failure`."""

    code = "gateway_refused"

    def __init__(self, failure: str, message: str = "") -> None:
        super().__init__(message or failure.replace("_", " "))
        self.failure = failure


class NoticeRefused(HeadendError):
    """A gateway's notice is not believed, or does not fit. `complaint` is one of `billing.ports.Complaint`."""

    code = "notice_refused"

    def __init__(self, complaint: str, message: str = "") -> None:
        super().__init__(message or complaint.replace("_", " "))
        self.complaint = complaint


class UnknownPayment(NotFound):
    """No such payment of this customer."""

    code = "unknown_payment"


class UnknownCard(NotFound):
    """No such saved card of this customer."""

    code = "unknown_card"


class PaymentSettled(HeadendError):
    """The payment has been confirmed already."""

    code = "payment_settled"


class AlreadyPaid(HeadendError):
    """There is a payment of this name: it was made, failed, or waits for its gateway's answer."""

    code = "already_paid"


class OverRefunded(HeadendError):
    """More would go back than was paid."""

    code = "over_refunded"


class NoCardForAutopayment(HeadendError):
    """No saved card could be charged by itself."""

    code = "no_card_for_autopayment"


class BillingElsewhere(HeadendError):
    """What another billing system decides about cannot be done."""

    code = "billing_elsewhere"


class BillingUnset(BillingElsewhere):
    """The customer's billing system is gone or switched off, or cannot work as it is set up."""

    code = "billing_unset"


class BillingSilent(BillingElsewhere):
    """The other system does not answer in time, or not as it should."""

    code = "billing_silent"


class BillingLacks(BillingElsewhere):
    """The other system says that it cannot be asked this."""

    code = "billing_lacks"


class BillingRefused(BillingElsewhere):
    """The other system says no. `reason` is its word: "not_enough_balance", "held", or one of its own."""

    code = "billing_refused"

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason.replace("_", " "))
        self.reason = reason
