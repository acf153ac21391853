"""The billing API: what an operator's own billing or CRM tells and asks; one module for each group of calls."""

from headend.interfaces.wire.calls import Api
from headend.kernel.calls import UNKNOWN_ERROR, Needs
from headend.operators.rules import Api as KeyedApi

BILLING_API = Api(
    "billing", "/billing/api", KeyedApi.BILLING.value, Needs.SIGNATURE, is_apart=True, broken=UNKNOWN_ERROR
)
APIS = (BILLING_API,)
