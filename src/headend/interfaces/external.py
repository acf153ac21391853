"""The other system that knows subscribers, where one is set up."""

from django.conf import settings
from django.utils.module_loading import import_string

from headend.subscribers.errors import ExternalUnset
from headend.subscribers.ports import ExternalSubscribers


def external_subscribers() -> ExternalSubscribers:
    """The adapter that the settings name; raises ExternalUnset where they name none."""
    name = settings.EXTERNAL_SUBSCRIBERS
    if not name:
        raise ExternalUnset("no other system is set up that knows subscribers")
    found: ExternalSubscribers = import_string(name)
    return found
