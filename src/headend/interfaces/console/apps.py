"""The console as a Django application, and the admin whose site it is."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    default = True
    name = "headend.interfaces.console"
    label = "console"
    verbose_name = _("Console")


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin with our site; its autodiscovery finds `console/admin.py`, which registers every screen."""

    default = False
    default_site = "headend.interfaces.console.site.ConsoleSite"
