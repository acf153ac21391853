"""The subscribers context as a Django application."""

from django.apps import AppConfig


class SubscribersConfig(AppConfig):
    name = "headend.subscribers"
    label = "subscribers"
