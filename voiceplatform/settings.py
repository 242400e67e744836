"""Every setting of the platform, read once from the environment; `.env.example` explains each.

One file for all environments: what differs between a laptop and production is a variable, never a
module. A half-set integration is an error at start that names the variable, because the prototype
died of one that wasn't.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet, MultiFernet
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = environ.Env()


def require_together(*names: str) -> None:
    """Raise ImproperlyConfigured when some, but not all, of these variables are set."""
    missing = [name for name in names if not env.str(name, default="")]
    if missing and len(missing) < len(names):
        given = ", ".join(name for name in names if name not in missing)
        raise ImproperlyConfigured(
            f"{given} is set, but {', '.join(missing)} is not: set all or none."
        )


# -- Where it runs ---------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# The address that owners and visitors type; links in mails and the widget's snippet are made of it.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
if urlsplit(PUBLIC_URL).scheme not in {"http", "https"} or not PUBLIC_HOST:
    raise ImproperlyConfigured("PUBLIC_URL must look like https://voice.example.com")
ALLOWED_HOSTS = list(dict.fromkeys([PUBLIC_HOST, *env.list("ALLOWED_HOSTS", default=[])]))
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
IS_HTTPS = PUBLIC_URL.startswith("https://")
# How many proxies stand in front of us; only so many entries of X-Forwarded-For are believed.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".local" / "data")))

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# -- Applications ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
    "foundation",
    "agents_app",
    "knowledge_app",
    "voice_app",
    "onboarding_app",
    "worker",
]

MIDDLEWARE = [
    "foundation.middleware.RequestIdMiddleware",
    "foundation.middleware.RefuseNulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "foundation.middleware.SectionPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "voiceplatform.urls"
ASGI_APPLICATION = "voiceplatform.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# -- Data ------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL")}
# Under ASGI a kept connection belongs to a request's thread and may never be met again, which is
# why Django's documentation says to keep none.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=0)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Encrypts secrets of connections at rest (Fernet keys, the first one encrypts, the rest still
# decrypt).
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEY")
try:
    MultiFernet([Fernet(key) for key in FIELD_ENCRYPTION_KEYS])
except ValueError:
    raise ImproperlyConfigured(
        "FIELD_ENCRYPTION_KEY must hold Fernet keys (32 bytes in URL-safe base64), with commas."
    ) from None

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# gzip alone, and no source maps: with both, collecting took 55 s instead of 2 s of a first start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
# Chunks are named by Vite's hash, everything else by Django's; both never change.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/chunks/[\w-]+-[\w-]{8}\.js$|\.[0-9a-f]{12}\.\w+$"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# A whole request, and one with all the files of one drop where files are taken; more is refused
# while it comes in.
MAX_REQUEST_BYTES = 3_000_000
MAX_UPLOAD_REQUEST_BYTES = env.int("MAX_UPLOAD_REQUEST_BYTES", default=100_000_000)
FILE_UPLOAD_PERMISSIONS = 0o600

# -- Task queue ------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "calls"
CELERY_TASK_ROUTES = {
    "knowledge_app.tasks.*": {"queue": "ingest"},
    "voice_app.tasks.send_*": {"queue": "mail"},
}
# A task is given back when its worker dies; every task may therefore run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# On SIGQUIT (how `bin/up` stops workers): finish what takes this long, give the rest back at once
# instead of after the broker's visibility timeout.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1700
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "requeue-stuck-sources": {
        "task": "knowledge_app.tasks.requeue_stuck_sources",
        "schedule": 60.0,
    },
    "retry-stuck-builds": {"task": "onboarding_app.tasks.retry_stuck_builds", "schedule": 30.0},
    "reap-sessions": {"task": "voice_app.tasks.reap_sessions", "schedule": 30.0},
    "reap-rooms": {"task": "voice_app.tasks.reap_rooms", "schedule": 300.0},
    "send-unsent-lead-mails": {
        "task": "voice_app.tasks.send_unsent_lead_mails",
        "schedule": 300.0,
    },
}

# -- Accounts --------------------------------------------------------------------------------

AUTH_USER_MODEL = "agents_app.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_LOGIN_METHODS = {"email"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "agents_app.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("agents:list")
ACCOUNT_SIGNUP_REDIRECT_URL = reverse_lazy("onboarding:new")

# -- Mail ------------------------------------------------------------------------------------

if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "foundation.mail.ConsoleAndFileBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"no-reply@{PUBLIC_HOST}")

# -- API -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "agents_app.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["foundation.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "foundation.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "foundation.schema.Schema",
    "EXCEPTION_HANDLER": "foundation.api_errors.exception_handler",
    "NUM_PROXIES": TRUSTED_PROXY_COUNT,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
CSRF_FAILURE_VIEW = "foundation.error_pages.csrf_failure"
SPECTACULAR_SETTINGS = {
    "TITLE": "Voice agent platform",
    "DESCRIPTION": (
        "Programs send `Authorization: Bearer vp_...`; a key belongs to one business and is made "
        "on the settings page. Ids are UUIDs, times are UTC, lists have cursors, and an unknown "
        "field in a request is an error. "
        'Every error is `{"error": {"code", "message", "fields"?}}`.'
    ),
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # 3.1, because AgentConfig describes itself in the JSON Schema that only 3.1 speaks.
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/",
    "POSTPROCESSING_HOOKS": ["foundation.schema.describe_errors"],
}

# -- Voice -----------------------------------------------------------------------------------

require_together("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
LIVEKIT_URL = env.str("LIVEKIT_URL", default="")
# What browsers connect to, where it differs from what the servers use inside their network.
LIVEKIT_PUBLIC_URL = env.str("LIVEKIT_PUBLIC_URL", default="") or LIVEKIT_URL
LIVEKIT_API_KEY = env.str("LIVEKIT_API_KEY", default="")
LIVEKIT_API_SECRET = env.str("LIVEKIT_API_SECRET", default="")
LIVEKIT_AGENT_NAME = env.str("LIVEKIT_AGENT_NAME", default="voiceplatform")
for _name in ("LIVEKIT_URL", "LIVEKIT_PUBLIC_URL"):
    _value = globals()[_name]
    if _value and urlsplit(_value).scheme not in {"ws", "wss", "http", "https"}:
        raise ImproperlyConfigured(f"{_name} must start with ws:// or wss://, not {_value!r}.")
if LIVEKIT_API_SECRET and len(LIVEKIT_API_SECRET) < 32:
    raise ImproperlyConfigured("LIVEKIT_API_SECRET must have at least 32 characters.")
JOIN_TOKEN_SECONDS = 600
# How many calls this worker takes at once; each needs about half a core with the local engine.
WORKER_MAX_CALLS = env.int("WORKER_MAX_CALLS", default=4)
# How long a stopping worker lets its calls go on; another worker takes over what is left then.
WORKER_DRAIN_SECONDS = env.int("WORKER_DRAIN_SECONDS", default=3)
MAX_CALLS_PER_AGENT = env.int("MAX_CALLS_PER_AGENT", default=4)
MAX_CALL_SECONDS = env.int("MAX_CALL_SECONDS", default=1800)
# Requests for a session: per visitor's address and per agent, in the form of DRF's throttles.
SESSION_RATE_PER_ADDRESS = env.str("SESSION_RATE_PER_ADDRESS", default="20/min")
SESSION_RATE_PER_AGENT = env.str("SESSION_RATE_PER_AGENT", default="120/min")
TURN_RATE_PER_ADDRESS = env.str("TURN_RATE_PER_ADDRESS", default="60/min")
for _name in ("SESSION_RATE_PER_ADDRESS", "SESSION_RATE_PER_AGENT", "TURN_RATE_PER_ADDRESS"):
    if not re.fullmatch(r"[1-9]\d*/(s|sec|second|m|min|minute|h|hour|d|day)", globals()[_name]):
        raise ImproperlyConfigured(f"{_name} must look like 20/min, per s, min, hour or day.")

# -- Models and providers --------------------------------------------------------------------

# The process that holds the local models (speech, voice, embeddings) listens on this Unix socket.
MODEL_SOCKET = env.str("MODEL_SOCKET", default=str(DATA_DIR / "models.sock"))

# -- Knowledge -------------------------------------------------------------------------------

# Single private `host:port` pairs that the fetcher may open (the demo's website, tests); never
# "all".
FETCH_ALLOWED_PRIVATE_HOSTS = env.list("FETCH_ALLOWED_PRIVATE_HOSTS", default=[])
CRAWL_MAX_PAGES = env.int("CRAWL_MAX_PAGES", default=60)
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=20_000_000)
MAX_PDF_PAGES = env.int("MAX_PDF_PAGES", default=500)

# -- Demo ------------------------------------------------------------------------------------

DEMO_URL = env.str("DEMO_URL", default="")

# -- Content security policy -----------------------------------------------------------------


def _livekit_sources() -> list[str]:
    """Return both schemes of LiveKit's address: the client asks over HTTP when the socket fails."""
    if not LIVEKIT_PUBLIC_URL:
        return []
    parts = urlsplit(LIVEKIT_PUBLIC_URL)
    secure = parts.scheme in {"wss", "https"}
    return [
        f"{'wss' if secure else 'ws'}://{parts.netloc}",
        f"{'https' if secure else 'http'}://{parts.netloc}",
    ]


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *_livekit_sources()],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
# Unfold's Alpine evaluates expressions and its colours are a style element; nobody else gets these.
CONTENT_SECURITY_POLICY_BY_SECTION = {
    "/admin/": {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]},
}

# -- Admin -----------------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "Voice agents: staff",
    "SITE_HEADER": "Voice agents",
    "SITE_SUBHEADER": "Staff",
    "SITE_SYMBOL": "graphic_eq",
    "SITE_URL": reverse_lazy("agents:list"),
    "STYLES": [lambda request: static("foundation/staff.css")],
    "DASHBOARD_CALLBACK": "voice_app.staff_page.add_overview",
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": "voiceplatform.staff_menu.navigation",
    },
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}
    ],
    # The pages' green, in the eleven steps that unfold asks for.
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .015 166)",
            "100": "oklch(94% .035 166)",
            "200": "oklch(89% .065 166)",
            "300": "oklch(82% .1 166)",
            "400": "oklch(74% .12 166)",
            "500": "oklch(64% .12 166)",
            "600": "oklch(50% .1 166)",
            "700": "oklch(45% .095 166)",
            "800": "oklch(37% .075 166)",
            "900": "oklch(31% .06 166)",
            "950": "oklch(22% .04 166)",
        }
    },
}

# -- Language, time, logging -----------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "foundation.logs.RequestIdFilter"},
        "task_words": {"()": "foundation.logs.TaskWordsFilter"},
    },
    "formatters": {"json": {"()": "foundation.logs.JsonFormatter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Without the second, plain line that Django's own handler writes while debugging.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # Its own plain lines would quote what a stream that broke had in its hands.
        "uvicorn": {"handlers": [], "propagate": True},
        "celery.app.trace": {"filters": ["task_words"]},
        "celery.worker.request": {"filters": ["task_words"]},
        "httpx": {"level": "WARNING"},
        "pypdf": {"level": "ERROR"},
        "trafilatura": {"level": "ERROR"},
    },
}
