"""Settings: everything a station may set is an environment variable, read here and nowhere else.

Each variable has its heading in docs/reference/settings.md. A wrong value fails at start and says how to mend it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from fengqiao.lib.flood import Limit, parse

PACKAGE = Path(__file__).resolve().parent


def env(name: str, default: str = "") -> str:
    """The environment variable ``name``, trimmed, or ``default``."""
    return os.environ.get(name, default).strip()


def env_flag(name: str, default: bool = False) -> bool:
    """A yes/no variable; anything but 0/1/true/false/yes/no stops the start."""
    raw = env(name, "1" if default else "0").lower()
    if raw in {"1", "true", "yes"}:
        return True
    if raw in {"0", "false", "no", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}")


def env_number(name: str, default: int) -> int:
    """A whole number from 0; anything else stops the start."""
    raw = env(name, str(default))
    if not raw.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}")
    return int(raw)


USUAL_LIMITS = {
    "reports": 30,
    "reports-browser": 10,
    "additions": 30,
    "scams": 40,
    "scams-browser": 15,
    "guesses": 20,
    "signins": 30,
    "tokens": 20,
}
"""A minute, for one address; ``-browser`` for one browser. Whole communities share one address."""


def flood_limits(text: str) -> dict[str, Limit]:
    """The limits of the public doors; a wrong figure stops the start."""
    try:
        return parse(text, USUAL_LIMITS)
    except ValueError as error:
        raise ImproperlyConfigured(f"FENGQIAO_LIMITS: {error}") from error


def database_from_url(url: str) -> dict[str, Any]:
    """Django's database entry for ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST:PORT/NAME``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path)
        name = path[1:] if path.startswith("//") else path
        return {
            "ENGINE": "fengqiao.lib.db.gated_sqlite",
            "NAME": name or ":memory:",
            "OPTIONS": {"timeout": 20},
            # Opening a file and setting it up costs a millisecond; server threads live long and keep theirs.
            "CONN_MAX_AGE": 600,
        }
    if parts.scheme in {"postgres", "postgresql"}:
        query = parse_qs(parts.query)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or "") or query.get("host", [""])[0],
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured("DATABASE_URL must start with sqlite:/// or postgresql://")


def _secret(path: Path) -> str:
    """The signing secret, made once with owner-only rights; two processes starting together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        for _attempt in range(50):
            text = path.read_text(encoding="ascii").strip()
            if text:
                return text
        raise ImproperlyConfigured(f"{path} is empty: delete it and start again") from None
    text = secrets.token_urlsafe(50)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(text)
    return text


DATA_DIR = Path(env("FENGQIAO_DATA_DIR") or Path.cwd() / "var").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
KEY_FILE = Path(env("FENGQIAO_KEY_FILE") or DATA_DIR / "keys.json").resolve()
PLACE = env("FENGQIAO_PLACE", "base")
TILE_URL = env("FENGQIAO_TILE_URL")
MODEL_FILE = Path(env("FENGQIAO_TRIAGE_MODEL") or DATA_DIR / "triage.model").resolve()
SCAM_MODEL_FILE = Path(env("FENGQIAO_SCAM_MODEL") or DATA_DIR / "scams.model").resolve()
VILLAGES_FILE = DATA_DIR / "villages.index"
ROADS_FILE = DATA_DIR / "roads.graph"
PUBLIC_URL = env("FENGQIAO_PUBLIC_URL", "http://127.0.0.1:8311")

DEBUG = env_flag("FENGQIAO_DEBUG")
SECRET_KEY = _secret(DATA_DIR / "secret")
ALLOWED_HOSTS = [h for h in env("FENGQIAO_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in env("FENGQIAO_TRUSTED_ORIGINS").split(",") if o]
DEMO = env_flag("FENGQIAO_DEMO")
HTTPS = env_flag("FENGQIAO_HTTPS")
PROXIES = env_number("FENGQIAO_PROXIES", 1 if HTTPS else 0)
LIMITS = flood_limits(env("FENGQIAO_LIMITS") or ("off" if env_flag("FENGQIAO_TEST") else ""))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "ninja",
    "fengqiao.lib",
    "fengqiao.audit",
    "fengqiao.accounts",
    "fengqiao.territory",
    "fengqiao.teams",
    "fengqiao.notices",
    "fengqiao.matters",
    "fengqiao.intake",
    "fengqiao.mediation",
    "fengqiao.portal",
    "fengqiao.desk",
    "fengqiao.field",
    "fengqiao.board",
    "fengqiao.api",
]
if env_flag("FENGQIAO_DEV"):
    INSTALLED_APPS.insert(0, "django_linear_migrations")

MIDDLEWARE = [
    "fengqiao.lib.web.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fengqiao.teams.middleware.ActorMiddleware",
    "fengqiao.lib.web.DenyByDefault",
    "fengqiao.lib.web.PlainRefusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "fengqiao.urls"
WSGI_APPLICATION = "fengqiao.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "fengqiao.lib.web.site_context",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

DATABASES = {"default": database_from_url(env("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'fengqiao.db'}")}
if env_flag("FENGQIAO_TEST") and "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, as in real life: server threads and the writer gate need one.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.db")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/signin/"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_IPWARE_PROXY_COUNT = 0
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]  # each in its own words
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env("FENGQIAO_STATIC_ROOT") or DATA_DIR / "static")
STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or env_flag("FENGQIAO_TEST")
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "fengqiao.lib.web.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"codes": {"()": "fengqiao.lib.logmask.MaskCodes"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["codes"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Here too, before a record reaches handlers that a station adds.
    "loggers": {name: {"filters": ["codes"]} for name in ("django.request", "django.security.csrf")},
}
