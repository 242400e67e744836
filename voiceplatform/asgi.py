"""The ASGI application that uvicorn serves; event streams need async, everything else runs in
threads.
"""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from foundation.asgi import Gate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voiceplatform.settings")

application = Gate(get_asgi_application(), max_bytes=settings.MAX_REQUEST_BYTES)
