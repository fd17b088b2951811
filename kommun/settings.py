"""Settings, read from the environment. A value may also come from a mounted file: `SECRET_KEY_FILE=/run/secrets/key`.

Needed: SECRET_KEY, DATABASE_URL, REDIS_URL. `make run` and `make test` set them for the embedded servers.
"""

from datetime import date
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from kommun.identity import identity_providers
from kommun.local.urls import celery_broker_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# The demo has sign-ins that are printed on the screen and a page that shows every mail. It exists on loopback alone.
DEMO = env.bool("KANALKOLLEN_DEMO", default=False)
TESTING = env.bool("KANALKOLLEN_TESTING", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
# Behind a proxy that ends TLS: `X-Forwarded-Proto` is trusted only when the operator says that the proxy sets it.
HTTPS = env.bool("HTTPS", default=not (DEBUG or DEMO or TESTING))

INSTALLED_APPS = [
    "kommun.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "pgtrigger",
    "simple_history",
    "template_partials",
    "kommun.apps.KommunConfig",
    "accounts.apps.AccountsConfig",
    "channels.apps.ChannelsConfig",
    "archive.apps.ArchiveConfig",
    "moderation.apps.ModerationConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.KeepWhatWasSentMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "kommun.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "kommun.urls"
WSGI_APPLICATION = "kommun.wsgi.application"
FORM_RENDERER = "kommun.forms.ComponentRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "kommun.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kommun.context_processors.municipality",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured(
        "DATABASE_URL must name a PostgreSQL database: row locks and constraints carry our rules."
    )
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env.str("PYTEST_XDIST_WORKER", default=""),  # parallel test processes share one Redis
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # an emptied Redis must sign nobody out

CELERY_BROKER_URL = celery_broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
# What needs a browser runs where one is: a worker of its own takes this queue (docker-compose.yml).
CELERY_TASK_ROUTES = {"archive.capture_due": {"queue": "capture"}}
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = "Europe/Stockholm"
# A job cut off by a dead worker comes back after 60 seconds. Every task is idempotent, so a second run does no harm.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60, "unacked_restore_throttle": 1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ALWAYS_EAGER = TESTING  # the tests start real workers where a worker is what they test
CELERY_TASK_EAGER_PROPAGATES = True

MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))()
# The municipality's shared folder for deliveries, as the worker sees it. Empty: there is none.
DELIVERY_FOLDER = env.str("DELIVERY_FOLDER", default="")
# What is published for the public, ready to be sent (kommun.publication). The web and the worker need the same folder.
PUBLISH_ROOT = env.str("PUBLISH_ROOT", default="" if TESTING else str(BASE_DIR / "published"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG or TESTING  # look a file up when it is asked for, not all of them for each test's client
# What a person may attach to an application: a signed plan or a form, not a film.
ATTACHMENT_MAX_BYTES = 10 * 1024 * 1024
# A screenshot, a photograph or a PDF that is kept as evidence.
ARCHIVE_MAX_BYTES = 15 * 1024 * 1024
# A platform's export of a channel, and all the files of one snapshot that somebody hands in.
SNAPSHOT_MAX_BYTES = env.int("SNAPSHOT_MAX_MB", default=200) * 1024 * 1024
SNAPSHOT_MAX_FILES = 40
# Every file that is kept is read again and its checksum computed, this often.
FIXITY_DAYS = env.int("FIXITY_DAYS", default=30)
# An independent validator of PDF/A: the command of veraPDF, or the address of its REST service. Empty: none.
PDFA_VALIDATOR = env.str("PDFA_VALIDATOR", default="")
# Capturing pages (archive.capture). A browser is sought on the path; without its sandbox it is not used unless "preferred".
CHROMIUM = env.str("CHROMIUM", default="")
CAPTURE_SANDBOX = env.str("CAPTURE_SANDBOX", default="required")
CAPTURE_SECONDS = env.int("CAPTURE_SECONDS", default=150)
# Networks of the municipality's own that count as public but are not for a browser that shows strangers' pages.
CAPTURE_BARRED_NETWORKS = env.list("CAPTURE_BARRED_NETWORKS", default=[])
# For tests and the demo alone (archive.checks): "kanal.example:80=127.0.0.1:4711".
CAPTURE_INWARD = env.dict("CAPTURE_INWARD", default={})
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Language and time ------------------------------------------------------------------------------------------------
# Swedish is the source language: the wording is part of the product and is read where it is used. English is translated.
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Svenska")), ("en", _("Engelska"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

# The day that the municipality itself last assessed this installation, YYYY-MM-DD, for the accessibility statement.
_assessed_on = env.str("ACCESSIBILITY_ASSESSED_ON", default="")
ACCESSIBILITY_ASSESSED_ON = date.fromisoformat(_assessed_on) if _assessed_on else None

# --- People -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "accounts.permissions.AppointmentBackend",  # signs nobody in: it gives permissions by appointment
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/start/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Somebody who signs in with a password needs a second factor too. Whoever comes through the municipality's own identity
# provider has met its demands already. Off in the demo, where the passwords are printed on the screen.
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=not (DEBUG or DEMO or TESTING))
# The sign-ins of the demo have addresses below `demo.<kommun>.example`. A production start refuses them (accounts.checks).
DEMO_MAIL_PREFIX = "demo."

# Nobody signs up: people are added by an administrator or come from the identity provider.
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = (
    "optional"  # an administrator wrote the address; a changed one is verified before it counts
)
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a stranger must not be able to make us write to any address
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False  # the cookie ends with the browser, and after SESSION_COOKIE_AGE
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# The limits of allauth are on (account.RATE_LIMITS: 30 sign-ins a minute and address, 5 failures in five minutes a
# person). Behind proxies, say how many, or every person shares the proxy's address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_FORMS = {
    "login": "accounts.sign_in_forms.LoginForm",
    "add_email": "accounts.sign_in_forms.AddEmailForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "set_password": "accounts.sign_in_forms.SetPasswordForm",
    "reset_password": "accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticatePasswordForm",
}
MFA_FORMS = {
    "authenticate": "accounts.sign_in_forms.CodeForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateCodeForm",
    "activate_totp": "accounts.sign_in_forms.ActivateAppForm",
    "add_webauthn": "accounts.sign_in_forms.AddKeyForm",
    "edit_webauthn": "accounts.sign_in_forms.EditKeyForm",
}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the reason for allauth's ban is strangers who sign up; there are none here
MFA_TOTP_ISSUER = env.str("TOTP_ISSUER", default="Kanalkollen")
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute wrong
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# The municipality's own identity provider. People are recognised by `sub` (OIDC) or the persistent name id (SAML), never
# by a name that changes. Somebody whom an administrator has added is matched by address the first time when
# SSO_MATCH_EMAIL is on, and then only by one that the provider says is verified (SSO_EMAIL_IS_VERIFIED: the provider
# hands out the addresses itself, and does not say so in each answer). SSO_ADDS_PEOPLE lets it add people.
SSO_MATCH_EMAIL = env.bool("SSO_MATCH_EMAIL", default=False)
SSO_EMAIL_IS_VERIFIED = env.bool("SSO_EMAIL_IS_VERIFIED", default=False)
SSO_ADDS_PEOPLE = env.bool("SSO_ADDS_PEOPLE", default=False)
SOCIALACCOUNT_ADAPTER = "accounts.adapters.ProviderAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SSO_MATCH_EMAIL
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = SSO_MATCH_EMAIL
SOCIALACCOUNT_PROVIDERS = identity_providers(env)

# --- Security ---------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if HTTPS and env.bool("TRUST_X_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
CSRF_FAILURE_VIEW = "kommun.views.errors.csrf_failure"

# --- Mail -------------------------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25"))
EMAIL_TIMEOUT = 10  # seconds: a server that is silent must not hold a worker or a page for ever
if DEMO:
    EMAIL_BACKEND = "kommun.mail.MailboxBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="kanalkollen@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- What the apps add to the frame, by dotted string, so that kommun imports none of them --------------------------------
KANALKOLLEN_NAVIGATION = [
    "accounts.navigation.items",
    "channels.navigation.items",
    "channels.imports.navigation.items",
    "archive.navigation.items",
    "moderation.navigation.items",
    "moderation.statistics.navigation.items",
    "kommun.navigation.items",
]

# What is told once when a transaction with an event in it has been committed: functions without arguments.
KANALKOLLEN_AFTER_COMMIT = ["channels.tasks.publish_what_changed"]

# Who acts, for the doors of kommun itself: a class with `from_request(request, door)` (kommun.actor.ActorLike).
KANALKOLLEN_ACTOR = "accounts.actor.Actor"

# What somebody holds, shown before leave starts: functions (user, first_day, last_day) -> list[accounts.duties.Duty].
KANALKOLLEN_DUTIES = ["channels.queries.duties_of"]

# What follows when somebody is away, leaves, or gets or loses a role: functions (actor), called in the same transaction.
KANALKOLLEN_PEOPLE_CHANGED = ["channels.actions.people.people_changed"]

# The name of the route, in an app above the register, where somebody who looked at a channel opens a case. It is asked with
# ?kanal=<id>. Empty: there is none, and Min dag offers only "nothing to do".
KANALKOLLEN_FOUND_SOMETHING = "moderation:new"

# Days between the archivist's sign-off of a disposal list and the first moment when it can be confirmed.
KANALKOLLEN_DISPOSAL_DAYS = env.int("DISPOSAL_DAYS", default=14)

# What the apps add to the demo: modules with `add()`, called in its transaction, and `files()`, for --reset.
KANALKOLLEN_DEMO = ["moderation.demo"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # What makes PDFs writes a line for each step.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools", "pikepdf")},
}

if TESTING:  # a test that makes ten people shall not wait for ten slow hashes
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
