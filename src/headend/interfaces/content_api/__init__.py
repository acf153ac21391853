"""The content API: what a content manager's tools tell and ask; one module for each group of calls."""

from headend.interfaces.wire.calls import Api
from headend.kernel.calls import UNKNOWN_ERROR
from headend.operators.rules import Api as KeyedApi

CONTENT_API = Api("content", "/content/api", KeyedApi.CONTENT.value, is_apart=True, broken=UNKNOWN_ERROR)
APIS = (CONTENT_API,)
