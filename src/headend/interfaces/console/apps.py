"""The console context as a Django application."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "headend.interfaces.console"
    label = "console"
