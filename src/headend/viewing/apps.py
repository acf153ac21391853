from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ViewingConfig(AppConfig):
    name = "headend.viewing"
    verbose_name = _("Viewing")
    default_auto_field = "django.db.models.BigAutoField"
