"""Django settings. Everything a city changes comes from the environment (docs/installing.md lists each).

State lives under ``TENKEN_HOME``. Without any variable the embedded default runs: one process, SQLite.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url

from tenken.config.secret import secret_key

SOURCE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("TENKEN_HOME", SOURCE.parent.parent / "var")).resolve()
HOME.mkdir(parents=True, exist_ok=True)

DEBUG = os.environ.get("TENKEN_DEBUG") == "1"
SECRET_KEY = secret_key(HOME)
ALLOWED_HOSTS = os.environ.get("TENKEN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("TENKEN_ORIGINS", "").split(",") if origin]
BEHIND_TLS = os.environ.get("TENKEN_TLS") == "1"

INSTALLED_APPS = [
    "tenken.web",
    "tenken.api",
    "tenken.demo",
    "tenken.cli",
    "tenken.reports",
    "tenken.workbooks",
    "tenken.audit",
    "tenken.inspection",
    "tenken.plans",
    "tenken.meetings",
    "tenken.telemetry",
    "tenken.findings",
    "tenken.policy",
    "tenken.assets",
    "tenken.approvals",
    "tenken.organization",
    "tenken.files",
    "tenken.notices",
    "tenken.jobs",
    "tenken.journal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenken.web.security.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenken.web.accounts.proxy.ProxySignInMiddleware",
    "tenken.web.principal.PrincipalMiddleware",
    "tenken.web.refusals.RefusalMiddleware",
    "tenken.web.accounts.new_password.NewPasswordMiddleware",
]

ROOT_URLCONF = "tenken.config.urls"
WSGI_APPLICATION = "tenken.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenken.web.navigation.navigation",
            ],
            "builtins": ["tenken.web.templatetags.tenken"],
        },
    }
]

# --- the database: SQLite by default, PostgreSQL by TENKEN_DATABASE_URL --------------------------------

_database_url = os.environ.get("TENKEN_DATABASE_URL") or f"sqlite:///{HOME / 'tenken.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(_database_url, conn_max_age=600)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "tenken.config.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}  # a file: the live server has threads
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tenken"}}
if os.environ.get("TENKEN_SHARED_CACHE") == "1":  # several web processes share limits and locks
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "tenken_cache"}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- language and time ---------------------------------------------------------------------------------

LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

# --- people ---------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organization.Account"
# One backend only: it alone knows an account's period, so no second door may stand beside it.
AUTHENTICATION_BACKENDS = ["tenken.organization.authentication.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "tenken.web.accounts.adapter.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "10/m/user",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_FORMS = {
    "login": "tenken.web.accounts.forms.SignInForm",
    "change_password": "tenken.web.accounts.forms.NewPasswordForm",
    "reauthenticate": "tenken.web.accounts.forms.ConfirmPasswordForm",
}
MFA_ADAPTER = "tenken.web.accounts.adapter.EncryptedMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_FORMS = {
    "authenticate": "tenken.web.accounts.forms.SignInByCodeForm",
    "reauthenticate": "tenken.web.accounts.forms.ConfirmByCodeForm",
    "activate_totp": "tenken.web.accounts.forms.ActivateAppForm",
    "add_webauthn": "tenken.web.accounts.forms.AddKeyForm",
    "authenticate_webauthn": "tenken.web.accounts.forms.SignInByKeyForm",
    "reauthenticate_webauthn": "tenken.web.accounts.forms.ConfirmByKeyForm",
    "edit_webauthn": "tenken.web.accounts.forms.RenameKeyForm",
}

# Behind a proxy that signs people in: the header it sets, and the only addresses it may come from.
REMOTE_USER_HEADER = os.environ.get("TENKEN_REMOTE_USER_HEADER", "")
REMOTE_USER_FROM = frozenset(
    address for address in os.environ.get("TENKEN_REMOTE_USER_FROM", "").split(",") if address
)

SESSION_COOKIE_AGE = 8 * 60 * 60  # one working day
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_NAME = "__Host-tenken" if BEHIND_TLS else "tenken"
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True  # htmx takes the token from the page
CSRF_FAILURE_VIEW = "tenken.web.refusals.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

# --- files and uploads ----------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False
FILE_STORE = HOME / "files"
# Operation logs: a folder of the server's own (chDB), or a ClickHouse server.
EVENT_STORE = HOME / "events"
ARCHIVE_FOLDER = Path(os.environ.get("TENKEN_ARCHIVE", HOME / "archive")).resolve()
CLICKHOUSE_URL = os.environ.get("TENKEN_CLICKHOUSE_URL", "")
CLICKHOUSE_CLUSTER = os.environ.get("TENKEN_CLICKHOUSE_CLUSTER", "")
# An event that happened longer before it was received is not believed: its sender's clock is wrong.
EVENTS_OLDEST = timedelta(days=int(os.environ.get("TENKEN_EVENTS_OLDEST_DAYS", "3650")))
MAX_UPLOAD_BYTES = 20 * 1024 * 1024
# Results of scanners are larger than anything else that is sent; only their own address takes them.
MAX_SCAN_BYTES = int(os.environ.get("TENKEN_MAX_SCAN_MB", "200")) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_NUMBER_FILES = 600  # every section's form at once
MAX_REQUEST_BYTES = 2 * MAX_UPLOAD_BYTES
LARGE_UPLOADS = {
    "/audits/technical/new/": MAX_SCAN_BYTES + 1024 * 1024,
    "/terminals/sources/mappings/import/": 201 * 1024 * 1024,
}  # path: the most bytes of its request
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "tenken.web.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- mail: a file per message unless an SMTP server is named ---------------------------------------------

if os.environ.get("TENKEN_SMTP_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = os.environ["TENKEN_SMTP_HOST"]
    EMAIL_PORT = int(os.environ.get("TENKEN_SMTP_PORT", "25"))
    EMAIL_HOST_USER = os.environ.get("TENKEN_SMTP_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("TENKEN_SMTP_PASSWORD", "")
    EMAIL_USE_TLS = os.environ.get("TENKEN_SMTP_TLS") == "1"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("TENKEN_MAIL_FROM", "tenken@localhost")

# --- logs: no secrets, no answers ------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "tenken": {"level": "INFO"},
        "waitress.queue": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
    },
}

# --- third parts -----------------------------------------------------------------------------------------

DJANGO_TABLES2_TEMPLATE = "web/components/table.html"
SILENCED_SYSTEM_CHECKS: list[str] = []
