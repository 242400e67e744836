"""Django's description of this app."""

from django.apps import AppConfig
from django.db.models.signals import post_delete


class KnowledgeAppConfig(AppConfig):
    name = "knowledge_app"
    verbose_name = "Knowledge"

    def ready(self) -> None:
        from knowledge_app.models import KnowledgeSource
        from knowledge_app.services import forget_file

        post_delete.connect(forget_file, sender=KnowledgeSource)
