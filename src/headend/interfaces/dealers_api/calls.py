"""The dealers' calls: the billing API's own, which find only a dealer's customers when the dealer asks."""

from headend.interfaces.billing_api import BILLING_API, accounts, customers, devices, holdings
from headend.interfaces.dealers_api import DEALERS_API

CALLS = {
    accounts: ("AccountCreate", "AccountInfo", "AccountModify"),
    customers: ("CustomerCreate", "CustomerInfo"),
    devices: ("AccountDeviceCreate", "AccountDeviceModify"),
    holdings: ("CustomerTariffAssign", "CustomerTariffRemove"),
}
for names in CALLS.values():
    for name in names:
        DEALERS_API.borrow(BILLING_API.calls[name])
