"""The console as a Django application, and the admin whose site it is."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    default = True
    name = "headend.interfaces.console"
    label = "console"
    verbose_name = _("Console")


class AdminConfig(admin_apps.SimpleAdminConfig):
    """Django's admin with our site. The screens (`console/admin.py`) are discovered with the addresses (`roles.urls`):
    they take longer to import than all the rest, and what starts the service or imports a guide needs none of them.
    """

    default = False
    default_site = "headend.interfaces.console.site.ConsoleSite"
