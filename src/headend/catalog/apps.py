"""The catalog context as a Django application."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "headend.catalog"
    label = "catalog"
