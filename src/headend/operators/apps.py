"""The operators context as a Django application."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "headend.operators"
    label = "operators"
