"""All APIs whose calls are declared on `interfaces/wire`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from headend.interfaces import billing_api, content_api, dealers_api, device_api
from headend.interfaces.wire.calls import Api, Call

PACKAGES = (device_api, billing_api, content_api, dealers_api)


@cache
def load() -> tuple[Api, ...]:
    """The APIs with all their calls: each package's modules are found by themselves."""
    for package in PACKAGES:
        for module in iter_modules(package.__path__):
            import_module(f"{package.__name__}.{module.name}")
    return tuple(api for package in PACKAGES for api in package.APIS)


def calls_by_id() -> dict[str, tuple[Api, Call]]:
    """Every call with its API, by what it is known as among all of them (`Api.id_of`)."""
    return {api.id_of(call): (api, call) for api in load() for call in api.calls.values()}
