"""The playback context as a Django application."""

from django.apps import AppConfig


class PlaybackConfig(AppConfig):
    name = "headend.playback"
    label = "playback"
