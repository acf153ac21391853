"""The dealers' API: the billing API's calls for resellers, each about its own customers only."""

from headend.interfaces.wire.calls import Api
from headend.kernel.calls import Needs
from headend.operators.rules import Api as KeyedApi

DEALERS_API = Api("dealers", "/dealers/api", KeyedApi.DEALERS.value, Needs.DEALER, is_apart=True)
APIS = (DEALERS_API,)
