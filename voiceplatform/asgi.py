"""The ASGI application that uvicorn serves; event streams need async, everything else runs in
threads.
"""

import os
import re

from django.conf import settings
from django.core.asgi import get_asgi_application

from foundation.asgi import Gate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voiceplatform.settings")

_UUID = "[0-9a-f-]{36}"
# The views that take files; whoever adds one adds it here, or its uploads end at 3 MB.
UPLOAD_PATHS = re.compile(
    rf"/api/data/process-data/{_UUID}"
    rf"|/api/agents/{_UUID}/sources/"
    rf"|/agents/{_UUID}/knowledge/add-files/"
    rf"|/new-agent/({_UUID}/material/)?"
)

application = Gate(
    get_asgi_application(),
    max_bytes=settings.MAX_REQUEST_BYTES,
    upload_paths=UPLOAD_PATHS,
    max_upload_bytes=settings.MAX_UPLOAD_REQUEST_BYTES,
)
