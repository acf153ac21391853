"""The delivery context as a Django application."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "headend.delivery"
    label = "delivery"
