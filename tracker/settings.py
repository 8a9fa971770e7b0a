"""Django's settings: one file for every environment; what differs is read from the environment by `env`.

`docs/reference/settings.md` lists the variables. Importing this file starts nothing.
"""

from __future__ import annotations

from typing import Any

import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tracker import env, logs
from tracker.embedded_postgres import EmbeddedPostgres

PRODUCTION = env.is_production()
DEBUG = env.is_debug()
VIGIL_HOME = env.home()
SECRET_KEY = env.secret_key()
ALLOWED_HOSTS = env.allowed_hosts()
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"
AUTH_USER_MODEL = "patients.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "tracker",
    "labs",
    "patients",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "procrastinate.contrib.django",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tracker.middleware.RequestLogMiddleware",
    "tracker.middleware.NoStoreMiddleware",
    "tracker.middleware.IdleSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # every view asks for a login unless it says otherwise
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [env.ROOT / "tracker" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.web.navigation.navigation",
            ]
        },
    }
]

# Database. The web server keeps a pool of connections (tracker/wsgi.py sets its size), commands and workers do not.

USES_EMBEDDED_DATABASE = not env.database_url()
DATABASE_URL = env.database_url() or EmbeddedPostgres(VIGIL_HOME).url
DATABASES: dict[str, dict[str, Any]] = {"default": env.database(DATABASE_URL)}
if pool_size := env.number("VIGIL_POOL_SIZE", 0):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0

# Sign-in

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "tracker.sign_in.PeopleBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "tracker.sign_in.NoSignUpAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# Failures are counted by axes: in the database, and so for all processes together.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None}
MFA_TOTP_ISSUER = "Vigil"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # passkeys on http://localhost

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # so that nobody can lock a colleague out from elsewhere
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "tracker.sign_in.account_tried"
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Sessions end after a quarter of an hour without a request, and with the browser: ward computers are shared.

SESSION_COOKIE_AGE = 900
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tracker.web.errors.csrf_failure"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "vigil-session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "vigil-csrf"

# Transport and browser

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]  # asked by machines inside the same network
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.switch("VIGIL_BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],  # ECharts sets styles through the DOM, which needs nothing inline
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Language, time and numbers. Dates read "20 Nov 2026" (tracker/formats).

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [env.ROOT / "locale"]
FORMAT_MODULE_PATH = ["tracker.formats"]

# Files

STATIC_URL = "static/"
STATIC_ROOT = env.ROOT / "staticfiles" if PRODUCTION else None  # in development they are served from where they lie
MEDIA_ROOT = VIGIL_HOME / "uploads"
EXPORT_ROOT = VIGIL_HOME / "exports"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Mail: a forgotten password can be reset by mail only when a mail server is named.

HAS_MAIL = bool(env.read.str("EMAIL_URL", default=""))
if HAS_MAIL:
    vars().update(env.read.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 30  # seconds; a mail server that does not answer must not hold a worker
DEFAULT_FROM_EMAIL = env.read.str("DEFAULT_FROM_EMAIL", default="vigil@localhost")

# Messages to patients and staff: by which class they are sent, where their links lead, and how webhooks are signed.

MESSAGE_BACKENDS = env.message_backends()
BASE_URL = env.base_url()
WEBHOOK_SECRET = env.read.str("VIGIL_WEBHOOK_SECRET", default="")
WEBHOOK_PRIVATE = not PRODUCTION or env.switch("VIGIL_WEBHOOK_PRIVATE")

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "patients.api.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "patients.api.pagination.KeysetPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "patients.api.problems.answer_problems",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Vigil",
    "DESCRIPTION": "Relapse surveillance for patients in remission from multiple myeloma, AML and ALL.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "patients.api.schema.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Channel": "labs.models.Channel",
        "ContactOutcome": "labs.models.ContactOutcome",
        "SkipReason": "labs.models.SkipReason",
        "CourseKind": "patients.models.CourseKind",
        "CriteriaState": "labs.models.CriteriaState",
        "EventKind": "patients.models.EventKind",
        "LetterChannel": "labs.api.letters.LETTER_CHANNELS",
        "LetterKind": "labs.models.LetterKind",
        "LetterState": "labs.models.LetterState",
        "OrderedKind": "labs.api.decision_parts.KINDS",
        "MuteReason": "labs.models.MuteReason",
        "PauseReason": "labs.models.PauseReason",
        "PlanEnd": "labs.models.PlanEnd",
        "ResultStatus": "labs.models.ResultStatus",
        "TestStatus": "labs.selectors.due.Status",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Jobs, logs, metrics

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_READONLY_MODELS = True
LOGGING = logs.configuration(level=env.read.str("LOG_LEVEL", default="INFO").upper(), as_json=PRODUCTION)
structlog.configure(**logs.STRUCTLOG)
METRICS_TOKEN = env.read.str("METRICS_TOKEN", default="")
