from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvoicingConfig(AppConfig):
    name = "headend.invoicing"
    verbose_name = _("Invoices and documents")
    default_auto_field = "django.db.models.BigAutoField"
