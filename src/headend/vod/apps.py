from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VodConfig(AppConfig):
    name = "headend.vod"
    verbose_name = _("Video on demand")
    default_auto_field = "django.db.models.BigAutoField"
