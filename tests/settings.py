"""Django's settings for the tests: the service's own, in a data directory that vanishes with the test process."""

import atexit
import os
import shutil
import tempfile

_data = tempfile.mkdtemp(prefix="headend-tests-")
_owner = os.getpid()
os.environ["HEADEND_DATA"] = _data


@atexit.register
def _remove_data() -> None:
    if os.getpid() == _owner:
        shutil.rmtree(_data, ignore_errors=True)


from headend.settings.django import *  # noqa: E402, F403 - they read the data directory set above
from headend.settings.django import DATABASES, STORAGES  # noqa: E402
from headend.settings.translations import compile_translations  # noqa: E402

compile_translations()

# The service's hasher is slow on purpose; the tests of passwords name it themselves.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in the service, so that threads and locks behave as they do there; but nothing here outlives a crash.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_data, "tests.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
PAYMENT_GATEWAYS = "tests.factories.gateways.GATEWAYS"
BILLING_SYSTEM = "tests.factories.billing_systems.scripted"
