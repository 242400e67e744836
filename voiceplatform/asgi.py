"""The ASGI application that uvicorn serves; event streams need async, everything else runs in threads."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voiceplatform.settings")

application = get_asgi_application()
