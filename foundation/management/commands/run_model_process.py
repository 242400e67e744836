"""Run the process that holds the local models: speech to text, voice, embeddings."""

import asyncio
import logging
import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from foundation.model_process.server import serve

if TYPE_CHECKING:
    from foundation.model_process.loading import Models

# More threads than this make short speech no quicker.
MAX_THREADS = 4


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        # piper and faster-whisper log the words they speak and hear.
        for name in ("piper", "faster_whisper"):
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            asyncio.run(_serve())
        except OSError as error:
            raise CommandError(str(error)) from error


async def _serve() -> None:
    await serve(Path(settings.MODEL_SOCKET), load=_load)
    # Threads may sit in a model or an import for seconds; nothing of theirs is worth waiting for.
    logging.shutdown()
    os._exit(0)


async def _load() -> "Models":
    """Import the libraries in a thread, so that the socket answers meanwhile, then load."""
    loading = await asyncio.to_thread(import_module, "foundation.model_process.loading")
    models: Models = await loading.load_models(threads=min(MAX_THREADS, os.cpu_count() or 1))
    return models
