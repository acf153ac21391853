"""Django's settings, derived from headend.settings.config; what an operator may want to change is there, not here."""

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from headend.settings.config import ROOT, current
from headend.settings.console import UNFOLD as UNFOLD
from headend.settings.databases import database
from headend.settings.keys import SEALING, SESSIONS, key
from headend.settings.logs import logging_config

HEADEND = current()
NINJA = [Path(folder) for folder in getattr(find_spec("ninja"), "submodule_search_locations", ())]
"""The files of its page. As an app every command would load it, with pydantic: 11 MB that few of them need."""

SECRET_KEY = key(HEADEND.data / SESSIONS)
ENCRYPTION_KEY = key(HEADEND.data / SEALING)
DEBUG = HEADEND.debug
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", HEADEND.host, urlsplit(HEADEND.base_url).hostname or ""]
ALLOWED_HOSTS += HEADEND.allowed_hosts
CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(HEADEND.base_url))]

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "headend.interfaces.console.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "headend.operators",
    "headend.catalog",
    "headend.delivery",
    "headend.vod",
    "headend.subscribers",
    "headend.billing",
    "headend.invoicing",
    "headend.messaging",
    "headend.webhooks",
    "headend.viewing",
    "headend.cameras",
    "headend.games",
    "headend.portal",
    "headend.advertising",
    "headend.audience",
    "headend.monitoring",
    "headend.ingest",
    "headend.interfaces.console",
    "headend.interfaces.commands",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "headend.interfaces.console.middleware.StaffLocale",
    "headend.interfaces.console.middleware.LimitedUploads",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Some of ours stand in the place of Unfold's.
        "DIRS": [ROOT / "src/headend/interfaces/console/templates", *(folder / "templates" for folder in NINJA)],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "headend.roles.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": database(HEADEND.database_url, HEADEND.data)}

AUTH_USER_MODEL = "operators.Staff"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "headend.interfaces.console.permissions.RoleBackend"]
PASSWORD_HASHERS = ["headend.settings.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = HEADEND.login_failures
AXES_COOLOFF_TIME = timedelta(minutes=HEADEND.login_lockout_minutes)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_TEMPLATE = "console/locked.html"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HEADEND.base_url.startswith("https:")
SESSION_COOKIE_NAME = "headend_session"
CSRF_COOKIE_NAME = "headend_csrf"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("it", "Italiano")]
LOCALE_PATHS = [ROOT / "src" / "headend" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["headend.interfaces.console.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = HEADEND.data / "static"
STATICFILES_DIRS = [folder / "static" for folder in NINJA]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HEADEND.data / "media", "base_url": "/media/"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# What the console reads and checks with; an interface does not import adapters itself.
GEO_LOCATOR = "headend.adapters.geo.mmdb.locator_for"
STREAMING_SERVERS = "headend.adapters.streaming_servers.STREAMING_SERVERS"
CONTENT_PARTNERS = "headend.adapters.content_partners.CONTENT_PARTNERS"
PAYMENT_GATEWAYS = "headend.adapters.payment_gateways.PAYMENT_GATEWAYS"
DOCUMENT_RENDERER = "headend.adapters.documents.RENDERER"
BILLING_SYSTEM = "headend.adapters.billing_systems.billing_system"
EXTERNAL_SUBSCRIBERS = ""  # the dotted name of an object as subscribers.ports.ExternalSubscribers says
TEXT_SENDERS = "headend.adapters.text_senders.TEXT_SENDERS"
WEBHOOK_POST = "headend.adapters.webhooks.post"
GUIDE_FORMAT = "headend.adapters.epg_sources.xmltv.read_xmltv"
FETCH = "headend.adapters.fetching.fetch"  # files and every address
FETCH_PUBLIC = "headend.adapters.fetching.fetch_public"
GEO_FETCH = "headend.adapters.geo.npm.fetch_database"
CHANNEL_LIST_FORMAT = "headend.adapters.channel_lists.m3u.read_m3u"
PACKAGE_FORMATS = "headend.adapters.package_formats.PACKAGE_FORMATS"
EDGE_TRANSPORTS = "headend.adapters.edge_transports.EDGE_TRANSPORTS"
PICTURES = "headend.adapters.pictures.pictures_in"
FILM_DATABASE = "headend.adapters.film_databases.film_database"
WIDGET_SOURCES = "headend.adapters.widgets.widget_sources"
FILE_UPLOAD_TEMP_DIR = HEADEND.data / "uploads"  # beside what they become, so that films are not copied
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True, mode=0o750)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a tariff may name thousands of channels
LOGGING = logging_config(HEADEND.log_format, HEADEND.log_level)
