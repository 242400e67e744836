"""Django's description of this app."""

from django.apps import AppConfig
from django.db.models.signals import pre_delete


class VoiceAppConfig(AppConfig):
    name = "voice_app"
    verbose_name = "Voice"

    def ready(self) -> None:
        from voice_app.models import VoiceSession
        from voice_app.signals import empty_room

        pre_delete.connect(empty_room, sender=VoiceSession)
