"""Settings: one file; every knob comes from the environment and is listed in docs/operations.md."""

import contextlib
import secrets
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from archive.databases.postgresql.connections import PatientConnection

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env("ARCHIVE_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
FIXTURES_DIR = BASE_DIR / "fixtures"


def _secret_key() -> str:
    """The key from the environment, else one made once and kept in the data folder."""
    if key := env("SECRET_KEY", default=""):
        return key
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        # Linked, not renamed: of two processes that start together one wins and both read the same key.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text().strip()


SECRET_KEY_IS_GIVEN = bool(env("SECRET_KEY", default=""))
SECRET_KEY = _secret_key()
# Loopback always: health checks of the machine itself come by that name.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=["localhost", "[::1]"]), "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
CONTACT_EMAIL = env("CONTACT_EMAIL", default="")

INSTALLED_APPS = [
    "archive",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_filters",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "simple_history",
]

MIDDLEWARE = [
    # Outermost, so that what any other answers is counted and logged.
    "archive.views.seeing.SeeingMiddleware",
    # What every answer has to say to browsers, whoever makes it, stands outside of all.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "archive.views.door.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "archive.views.door.RefusalMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "archive.views.api.door.ApiMiddleware",
    # Pages of pictures and tables shrink to a fifth; what is secret in a page is masked anew each time (CSRF tokens).
    "archive.views.packing.PackingMiddleware",
    "archive.views.turns.TurnMiddleware",
    "archive.views.sessions.SessionMiddleware",
    "archive.views.language.AddressLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "archive.views.sessions.SessionLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "archive.views.outages.OutageMiddleware",
    "archive.views.replicas.ReplicaMiddleware",
]

ROOT_URLCONF = "scosite.urls"
WSGI_APPLICATION = "scosite.wsgi.application"

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
    }
]
# Form widgets are templates of ours where we need them so.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Databases ------------------------------------------------------------------------------------------------------------

DATABASE_URL = env("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'archive.sqlite3'}")
_ENGINES = {
    "django.db.backends.sqlite3": "archive.databases.sqlite",
    "django.db.backends.postgresql": "archive.databases.postgresql",
}


def _database(url: str) -> dict[str, Any]:
    found = env.db_url_config(url)
    return {**found, "ENGINE": _ENGINES.get(found["ENGINE"], found["ENGINE"])}


def _with_options(database: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Ours beside those of its URL (`?sslmode=verify-full&sslrootcert=…`), which win; what both tell the server is told."""
    given = database.get("OPTIONS", {})
    merged = {**ours, **given}
    if "options" in given and "options" in ours:
        merged["options"] = f"{ours['options']} {given['options']}"
    return {**database, "OPTIONS": merged}


DATABASES = {"default": _database(DATABASE_URL)}
# Asked once in each request: is the file still the one that is open; does the server still know this connection?
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Seconds that a writer waits for others. Commands have time; who waits for a page has not (scosite/wsgi.py).
WRITE_PATIENCE = env.float("WRITE_PATIENCE", default=20)
if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    # To open the file and read its schema takes as long as the rest of a page. And while one is open, the files beside
    # it are there, which a full disk would not let another make.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    _OPTIONS: dict[str, Any] = {
        # Writers queue up from the start of their transaction instead of failing in the middle of it.
        "transaction_mode": "IMMEDIATE",
        "timeout": WRITE_PATIENCE,
        # FULL: NORMAL may lose the last commits when the power fails.
        # recursive_triggers: else INSERT OR REPLACE walks past delete triggers.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
        ),
    }
    # As Django does with its own engine; pytest-django knows that one alone.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # An autovacuum of template1 would refuse the copy.
    DATABASES["default"]["TEST"] = {"TEMPLATE": "template0"}
    _OPTIONS = {
        # The shortest that libpq knows. A lost server is told of within three seconds, whatever it is lost in.
        "connect_timeout": 2,
        "tcp_user_timeout": 2000,
        "pool": {
            "connection_class": PatientConnection,
            "min_size": 1,
            # Of each worker; who gets none in time is told that the archive is busy.
            "max_size": env.int("DATABASE_CONNECTIONS", default=32),
            # After each second the server is asked whether it is there (archive/databases/postgresql/base.py).
            "timeout": 1,
            # Then the next request tries anew, instead of waiting for a pause that grows.
            "reconnect_timeout": 3,
        },
        "options": (
            f"-c statement_timeout=30s -c lock_timeout={WRITE_PATIENCE}s -c idle_in_transaction_session_timeout=60s"
        ),
    }
DATABASES["default"] = _with_options(DATABASES["default"], _OPTIONS)
# Where readers are served from it: whose word is never older than so many seconds (archive/databases/replicas.py).
if DATABASE_REPLICA_URL := env("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = {
        **DATABASES["default"],
        # How the primary is reached is not how this one is.
        **_with_options(_database(DATABASE_REPLICA_URL), _OPTIONS),
        "TEST": {"MIRROR": "default"},
    }
    DATABASE_ROUTERS = ["archive.databases.replicas.Router"]
REPLICA_MAX_LAG = env.float("REPLICA_MAX_LAG", default=1)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Search ---------------------------------------------------------------------------------------------------------------

SEARCH_URL = env("SEARCH_URL", default="whoosh://")

# Pages ----------------------------------------------------------------------------------------------------------------

# What each process keeps of finished pages until the archive changes; 0 keeps none.
PAGE_CACHE_BYTES = env.int("PAGE_CACHE_MB", default=32) * 1024 * 1024
# How many of a process's threads make pages at the same time (archive/concurrency.py). Where they wait for a server's answers,
# more keep a processor busy.
WEB_PLACES = env.int("WEB_PLACES", default=2 if DATABASES["default"]["ENGINE"].endswith("sqlite") else 6)

# Language and time ----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# Each by its own name, as the switch between them shows it. `make messages` keeps the catalogues.
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "archive" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files --------------------------------------------------------------------------------------------------------------

# Where captures and dumps stand for all machines: a folder by its whole path, or `database`; else the data folder.
FILES_URL = env("FILES_URL", default="")
FILES_DIR = Path(FILES_URL) if FILES_URL.startswith("/") else None
if FILES_URL and FILES_URL != "database" and FILES_DIR is None:
    raise ImproperlyConfigured(f"FILES_URL={FILES_URL!r}: give a folder by its whole path, or “database”.")
_FILES = "archive.stored.rows.Rows" if FILES_URL == "database" else "archive.stored.folder.Folder"


# Static files ---------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "captures": {"BACKEND": _FILES, "OPTIONS": {"name": "captures"}},
    "dumps": {"BACKEND": _FILES, "OPTIONS": {"name": "dumps"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# People ---------------------------------------------------------------------------------------------------------------

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# The first is how passwords are kept; those that were kept otherwise are hashed anew when somebody logs in.
PASSWORD_HASHERS = ["archive.passwords.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "archive.databases.sessions"
# Who has to give a code beside the password: those who lack one are led to where it is set up.
REQUIRE_SECOND_FACTOR = env("REQUIRE_SECOND_FACTOR", default="none")
if REQUIRE_SECOND_FACTOR not in ("none", "administrators", "everybody"):
    raise ImproperlyConfigured(
        f"REQUIRE_SECOND_FACTOR={REQUIRE_SECOND_FACTOR!r}: there are none, administrators and everybody."
    )
# Wrong codes are counted by the one limiter (archive/curation/logins.py): with this one who knows a password could lock its
# owner out for days.
OTP_STATIC_THROTTLE_FACTOR = 0
# In all, and without asking for anything; in seconds.
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 60 * 60
SESSION_IDLE = env.int("SESSION_IDLE_MINUTES", default=120) * 60
# Else a third cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
EMAIL_URL = env("EMAIL_URL", default="")
vars().update(env.email_url_config(EMAIL_URL or "consolemail://"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="") or CONTACT_EMAIL or "webmaster@localhost"
# Readers are offered e-mails only where somebody said how they are sent.
SENDS_MAIL = bool(EMAIL_URL)

# Documents from outside -----------------------------------------------------------------------------------------------

# `host:port` that may be fetched although they are not on the public Internet: a test server, a mirror of one's own.
FETCH_ALLOWED_HOSTS = env.list("FETCH_ALLOWED_HOSTS", default=[])

# Front door -----------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # The ticks and arrows of forms stand in Pico's stylesheet.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "archive.views.errors.csrf_failure"
# A site that is reached by https says so everywhere; the embedded default on loopback is plain http.
if SITE_URL.startswith("https://"):
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Browsers take such names from this very host only, by https only: no neighbour in the domain can set them.
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    # Health checks come from inside, without a proxy in front.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
# Whose word on the client's address is taken; on its scheme gunicorn takes it from the same (scosite/gunicorn.py), and
# SECURE_PROXY_SSL_HEADER would take anybody's.
TRUSTED_PROXIES = [address.strip() for address in env.list("TRUSTED_PROXIES", default=[])]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "archive.views.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Seeing ---------------------------------------------------------------------------------------------------------------

# Who shows it may read /metrics from elsewhere; without it only this machine may.
METRICS_TOKEN = env("METRICS_TOKEN", default="")

# Lines for people on a terminal, lines of JSON for programs elsewhere.
LOG_FORMAT = env("LOG_FORMAT", default="plain" if DEBUG or sys.stderr.isatty() else "json")
_FORMATTERS = {"plain": "archive.logs.PlainFormatter", "json": "archive.logs.JsonFormatter"}
if LOG_FORMAT not in _FORMATTERS:
    raise ImproperlyConfigured(f"LOG_FORMAT={LOG_FORMAT!r}: there are plain and json.")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": _FORMATTERS[LOG_FORMAT]}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "archive.access": {"level": "NOTSET" if env.bool("ACCESS_LOG", default=True) else "WARNING"},
        # Django's own handlers would print twice.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}
