"""One settings file, read from the environment. No environment at all = SQLite and ./data, everything embedded.

What each variable means, its default and its limits: hub/docs/operator.md.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import lazy

from hub import logs
from hub.api.described import SPECTACULAR
from hub.environment import Environment, SettingError

env = ENVIRONMENT = Environment()
static_lazy = lazy(static, str)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("HUB_DATA_DIR", "data")).absolute()


def _kept_secret_key() -> str:
    """The key in the data dir, made on the first start; two processes that start at once agree on one."""
    path = DATA_DIR / "secret_key"
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(48))
        return path.read_text().strip()
    except OSError as error:
        raise SettingError(f"HUB_DATA_DIR is {str(DATA_DIR)!r}, which cannot be used: {error.strerror}") from error


def _write_once(path: Path, text: str) -> None:
    """The file appears with its text or not at all, so that nobody reads a key that is not written yet."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


HOST = env.text("HUB_HOST", "127.0.0.1")
PORT = env.number("HUB_PORT", 8000, least=1, most=65535)
EXTERNAL_URL = env.text("HUB_EXTERNAL_URL").rstrip("/")
SECRET_KEY_IS_OURS = not env.text("HUB_SECRET_KEY")
SECRET_KEY = env.text("HUB_SECRET_KEY") or _kept_secret_key()
ADMIN_PASSWORD = env.text("HUB_ADMIN_PASSWORD")
DEBUG = env.flag("HUB_DEBUG", False)
LOG_LEVEL = env.choice("HUB_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOG_FORMAT = env.choice("HUB_LOG_FORMAT", "line", tuple(logs.FORMATS))
METRICS_TOKEN = env.text("HUB_METRICS_TOKEN")
METRICS_HOST = env.text("HUB_METRICS_HOST", HOST)
METRICS_PORT = env.number("HUB_METRICS_PORT", 0, most=65535)
OTEL = env.flag("HUB_OTEL", False)

# Mode: without a broker, one worker process beside the web process polls the rows.
BROKER_URL = env.text("HUB_BROKER_URL")
EMBEDDED = not BROKER_URL
REDIS_URL = env.text("HUB_REDIS_URL", BROKER_URL if BROKER_URL.startswith(("redis://", "rediss://")) else "")
STORE_URL = env.text("HUB_STORE_URL", f"file://{DATA_DIR / 'blobs'}")
HUGGINGFACE_URL = env.text("HUB_HUGGINGFACE_URL", "https://huggingface.co").rstrip("/")
HUGGINGFACE_TOKEN = env.text("HUB_HUGGINGFACE_TOKEN")
MODELSCOPE_URL = env.text("HUB_MODELSCOPE_URL", "https://modelscope.cn").rstrip("/")
MODELSCOPE_TOKEN = env.text("HUB_MODELSCOPE_TOKEN")
UPSTREAM_HOSTS = env.words("HUB_UPSTREAM_HOSTS")
ANONYMOUS_PULL = env.flag("HUB_ANONYMOUS_PULL", EMBEDDED)

# How bytes and addresses pass between the hub, the store, and the proxies before the hub.
DELIVERY = env.choice("HUB_DELIVERY", "auto", ("AUTO", "SENDFILE", "REDIRECT", "PROXY", "ACCEL")).lower()
DELIVERY_SECONDS = env.number("HUB_DELIVERY_SECONDS", 900, least=1, most=604_800)
TRUSTED_PROXIES = env.words("HUB_TRUSTED_PROXIES")

# How the work is cut.
WEB_WORKERS = env.number("HUB_WEB_WORKERS", 2, least=1)
WEB_THREADS = env.number("HUB_WEB_THREADS", 16, least=2)
CONNECTIONS = env.number("HUB_CONNECTIONS", 16, least=1)
WORKER_QUEUES = env.words("HUB_WORKER_QUEUES") or ["urgent", "plan", "small", "large", "chores"]
WORKER_CONCURRENCY = env.number("HUB_WORKER_CONCURRENCY", 4, least=1, most=64)
SWEEP_SECONDS = env.number("HUB_SWEEP_SECONDS", 60, least=1, most=3600)
SLOW_SOURCE_SECONDS = env.number("HUB_SLOW_SOURCE_SECONDS", 60, least=0, most=86400)
SLOW_SOURCE_FACTOR = env.number("HUB_SLOW_SOURCE_FACTOR", 4, least=2, most=1000)
PULL_WAIT = env.number("HUB_PULL_WAIT", 600)

# Room, and the bytes that are held: hub/docs/operator.md, "Room". 0 = no bound, or off.
QUOTA = env.size("HUB_QUOTA")
LOW_SPACE = env.size("HUB_LOW_SPACE", "1GB")
EVICT = env.flag("HUB_EVICT", False)
EVICT_DAYS = env.number("HUB_EVICT_DAYS", 7)
PRUNE_HOURS = env.number("HUB_PRUNE_HOURS", 24, least=1)
SCRUB_RATE = env.size("HUB_SCRUB_RATE", "20MB")
SCRUB_DAYS = env.number("HUB_SCRUB_DAYS", 30, least=1)

# Following upstream.
FOLLOW_MINUTES = env.number("HUB_FOLLOW_MINUTES", 360, least=1)
FOLLOW_ASK = env.text("HUB_FOLLOW_ASK", "licence gated code pickles history size").replace(",", " ").split()
KEEP_REVISIONS = env.number("HUB_KEEP_REVISIONS", 3)
KEEP_PULLED_DAYS = env.number("HUB_KEEP_PULLED_DAYS", 30)
MISSING_HOURS = env.number("HUB_MISSING_HOURS", 24)

# What is indexed of the upstreams' catalogs: hub/docs/operator.md, "Index".
INDEX = env.words("HUB_INDEX") or ["on"]
INDEX_ALL = env.flag("HUB_INDEX_ALL", False)
INDEX_AUTHORS = env.words("HUB_INDEX_AUTHORS")
INDEX_TAGS = env.words("HUB_INDEX_TAGS")
INDEX_TASKS = env.words("HUB_INDEX_TASKS")
INDEX_KINDS = env.words("HUB_INDEX_KINDS") or ["model", "dataset"]
INDEX_MINUTES = env.number("HUB_INDEX_MINUTES", 360, least=5, most=525_600)
INDEX_FULL_DAYS = env.number("HUB_INDEX_FULL_DAYS", 7, least=1, most=3650)
INDEX_PAUSE = env.number("HUB_INDEX_PAUSE", 1, most=3600)
LISTING = env.choice("HUB_LISTING", "all", ("ALL", "HELD")).lower()

_external = urlsplit(EXTERNAL_URL)
ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = [f"{_external.scheme}://{_external.netloc}"] if EXTERNAL_URL else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _external.scheme == "https"
# Believed only where a proxy has been set up: without one, any client could claim to be on https.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if EXTERNAL_URL else None
USE_X_FORWARDED_HOST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "entrepot_session"
CSRF_COOKIE_NAME = "entrepot_csrf"
X_FRAME_OPTIONS = "DENY"
APPEND_SLASH = False
ROOT_URLCONF = "hub.urls"
WSGI_APPLICATION = "hub.wsgi.application"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "hub",
    "hub.accounts",
    "hub.blobs",
    "hub.upstreams",
    "hub.policy",
    "hub.catalog",
    "hub.index",
    "hub.mirroring",
    "hub.dialects",
    "hub.api",
    "hub.web",
    "workers",
]

MIDDLEWARE = [
    "hub.web.observing.Observed",
    "hub.proxies.TrustedProxies",
    "hub.dialects.door.Door",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hub.web.language.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hub.web.security.ContentSecurityPolicy",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "hub" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hub.web.sections.frame",
            ]
        },
    }
]


def _time_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingError(f"HUB_TIME_ZONE is {name!r}; write UTC, or a name such as Europe/Berlin") from error


def _database(url: str) -> dict[str, Any]:
    if not url.startswith(("sqlite:", "postgres:", "postgresql:")):
        raise SettingError("HUB_DATABASE_URL must begin with sqlite:/// or postgres://")
    try:
        return {**dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True)}
    except ValueError as error:
        raise SettingError(f"HUB_DATABASE_URL cannot be read ({error})") from error


DATABASES = {"default": _database(env.text("HUB_DATABASE_URL", f"sqlite:///{DATA_DIR / 'hub.sqlite3'}"))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN, so that two writers queue instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;",
    }
else:
    # A worker that hangs, or whose host has died, in the middle of a transaction holds its rows' locks: the server ends
    # such a session after a minute, or as soon as nobody acknowledges its packets. What the address says comes last.
    # A statement of five minutes is a mistake, and a lock that is waited for so long is held by one.
    _bounds = {"idle_in_transaction_session_timeout": 60_000, "statement_timeout": 300_000, "lock_timeout": 60_000} | {
        f"tcp_keepalives_{name}": value for name, value in (("idle", 30), ("interval", 10), ("count", 3))
    }
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    # Postgres takes the searches of the index for expensive, and compiles each for longer than it then runs.
    _own = [f"-c {name}={value}" for name, value in {**_bounds, "jit": "off"}.items()]
    _options["options"] = " ".join([*_own, _options.get("options", "")]).strip()
    _options |= {"connect_timeout": 5, "application_name": "entrepot", "tcp_user_timeout": 30_000} | _options
    _options |= {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3} | _options

# Sessions stay in the database: nobody is logged out because Redis was restarted.
CACHES: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "hub.cache.CalmRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "entrepot:cache",
        "OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("web:login")
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = reverse_lazy("web:home")

STATIC_URL = "/-/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "hub" / "locale"]
USE_I18N = True
LANGUAGE_COOKIE_NAME = "entrepot_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = SESSION_COOKIE_SECURE, True, "Lax"
TIME_ZONE = _time_zone(env.text("HUB_TIME_ZONE", "UTC"))
USE_TZ = True
FORMAT_MODULE_PATH = ["hub.formats"]

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "hub.api.errors.answer_error",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "hub.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["hub.api.access.MayPull"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "hub.api.paging.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "hub.api.openapi.HubSchema",
}
SPECTACULAR_SETTINGS = SPECTACULAR

UNFOLD = {
    "SITE_TITLE": "Entrepot",
    "SITE_HEADER": "Entrepot",
    "SITE_SUBHEADER": "Admin",
    "SITE_URL": "/-/",
    "SITE_ICON": static_lazy("hub/icon.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": static_lazy("hub/icon.svg")}],
    "STYLES": [static_lazy("hub/admin.css")],
    "SCRIPTS": [],
    "SHOW_HISTORY": False,
    "DASHBOARD_CALLBACK": "hub.web.dashboard.dashboard",
    "SIDEBAR": {"show_search": False, "navigation": "hub.web.dashboard.navigation"},
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(62% .13 182.503)",
            "600": "oklch(53% .11 184.704)",
            "700": "oklch(45% .09 186.391)",
            "800": "oklch(40% .075 188.216)",
            "900": "oklch(35% .06 188.416)",
            "950": "oklch(27.7% .046 192.524)",
        },
    },
}

LOGGING = logs.config(LOG_LEVEL, LOG_FORMAT)
