"""Django settings. Everything variable comes from the environment (see docs/handbook); secrets are in
``var/secrets.json``.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from minzheng import __version__
from minzheng.site import database, logs
from minzheng.site.environment import network, reading, tls
from minzheng.site.paths import PACKAGE, ensure_var
from minzheng.site.secretfile import load_secrets

VERSION = __version__
VAR_DIR = ensure_var()
BASE_DIR = PACKAGE.parent

SECRET_KEY = load_secrets()["django_secret_key"]
DEBUG = os.environ.get("MINZHENG_DEBUG") == "1"

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = os.environ.get("PORT", "8000")
TLS = tls.pair()  # the platform itself speaks HTTPS
BEHIND_HTTPS_PROXY = reading.flag("MINZHENG_HTTPS") and TLS is None
_HTTPS = BEHIND_HTTPS_PROXY or TLS is not None
# The address people reach from their phones, printed in the QR codes of notices; production must set its public host
PUBLIC_URL = os.environ.get(
    "MINZHENG_PUBLIC_URL",
    f"{'https' if TLS else 'http'}://{'127.0.0.1' if HOST in network.EVERYWHERE else HOST}:{PORT}",
)
ALLOWED_HOSTS = network.allowed_hosts(HOST, PUBLIC_URL, reading.names("MINZHENG_HOSTS"))
CSRF_TRUSTED_ORIGINS = reading.names("MINZHENG_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "minzheng.kernel.apps.KernelConfig",
    "minzheng.datacenter.apps.DatacenterConfig",
    *(f"minzheng.business.{folder.parent.name}" for folder in sorted((PACKAGE / "business").glob("*/apps.py"))),
    "minzheng.online.apps.OnlineConfig",
    "minzheng.site.apps.SiteConfig",
]

MIDDLEWARE = [
    "minzheng.site.middleware.ForwardedHeaders",
    "django.middleware.security.SecurityMiddleware",
    # the next two stand before WhiteNoise: its files carry their headers too
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "minzheng.site.middleware.RequestLog",
    "minzheng.site.setup.first_page.AskForSetup",
    "minzheng.kernel.audit.middleware.DurableReads",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "minzheng.kernel.accounts.middleware.ActorMiddleware",
    "minzheng.site.middleware.RefuseNul",
    "minzheng.online.portal.keep.KeepTyped",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "minzheng.site.urls"
WSGI_APPLICATION = "minzheng.site.wsgi.application"

_PAGES = PACKAGE / "kernel" / "pages"
_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PAGES / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "minzheng.kernel.pages.shell.shell",
            ],
            "loaders": _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
        },
    }
]

DATABASES = {"default": database.connection_settings()}
DATABASES["default"]["TEST"] = {"NAME": "test_" + os.environ.get("MINZHENG_TEST_DB", "minzheng")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Without a single account every page says how to set the platform up
ASK_FOR_SETUP = True

AUTH_USER_MODEL = "kernel.User"
AUTHENTICATION_BACKENDS = ["minzheng.kernel.accounts.backends.AccountBackend"]
# Numbers of account security that this bureau sets otherwise, {code: number}; codes and defaults: kernel/accounts/limits.py
ACCOUNT_LIMITS: dict[str, int] = {}
# client addresses are believed from these reverse proxies only
TRUSTED_PROXIES = reading.addresses("MINZHENG_PROXIES")
if BEHIND_HTTPS_PROXY and not TRUSTED_PROXIES:
    TRUSTED_PROXIES = network.AddressSet(["127.0.0.1", "::1"])  # the usual case: the proxy runs on this machine
METRICS_FROM = reading.addresses("MINZHENG_METRICS_FROM")
METRICS_TOKEN = os.environ.get("MINZHENG_METRICS_TOKEN", "")
LOGIN_URL = "/login/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [folder for folder in (_PAGES / "static",) if folder.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

MEDIA_ROOT = VAR_DIR / "files"
LAKE_ROOT = VAR_DIR / "lake"
# 与其他单位交换文件的文件夹：每个单位一个，里面有 outbox、inbox、quarantine、done
EXCHANGE_ROOT = VAR_DIR / "exchange"
# 示范县的区划代码，和本机是不是演示用的（MINZHENG_DEMO）：正式单位试运行时不会被当成演示
DEMO_AREA = "990101"
DEMO_SHOWN = os.environ.get("MINZHENG_DEMO", "1") != "0"
# 本单位在交换报文里的代码
EXCHANGE_OWN_CODE = os.environ.get("MINZHENG_EXCHANGE_CODE", "minzheng")
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FONT_DIR: Path = PACKAGE / "site" / "fonts"
KEY_RING_FILE = VAR_DIR / "keys" / "ring.json"

# Upload limits: 10 MB per photo or scan, 30 at a time; 4 MB for a form body (without files)
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_NUMBER_FILES = 30
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Messages leave through the gateway named here; without one they are only written to var/outbox. The simulator loses,
# delays and repeats them by its seed: for drills
MESSAGE_SIGNATURE = os.environ.get("MINZHENG_MESSAGE_SIGNATURE", "民政服务")
MESSAGE_GATEWAY = {
    "url": os.environ.get("MINZHENG_MESSAGE_GATEWAY_URL", ""),
    "key_id": os.environ.get("MINZHENG_MESSAGE_GATEWAY_KEY_ID", ""),
    "secret_file": os.environ.get("MINZHENG_MESSAGE_GATEWAY_SECRET_FILE", ""),
    "timeout": 10,
}
MESSAGE_SIMULATOR_SEED = os.environ.get("MINZHENG_MESSAGE_SIMULATOR_SEED", "")
MESSAGE_SENDER = "minzheng.kernel.notices." + (
    "simulator.SimulatorSender"
    if MESSAGE_SIMULATOR_SEED
    else "http_sender.HttpSender"
    if MESSAGE_GATEWAY["url"]
    else "senders.OutboxFileSender"
)
# A clamd beside the platform scans every upload; where it is named it must answer
CLAMD = os.environ.get("MINZHENG_CLAMD", "")

# Objections to a publicity from the public page: how many one number may send within the window, and how many anonymous
# ones one posted row takes before a name is asked for
OBJECTION_WINDOW = datetime.timedelta(days=1)
OBJECTIONS_PER_PHONE = 5
ANONYMOUS_OBJECTIONS_PER_ROW = 20
# Drafts nobody touched for so long are removed with their photos (个人信息保护法第十九条: kept no longer than necessary)
DRAFT_KEEP_DAYS = int(os.environ.get("MINZHENG_DRAFT_KEEP_DAYS", "90"))

SESSION_COOKIE_NAME = "minzheng"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "minzheng.site.views.csrf_failure"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
# ForwardedHeaders has removed it from everybody but the trusted proxies
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_HTTPS_PROXY else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

LOGGING_CONFIG = None
logs.configure(level=os.environ.get("MINZHENG_LOG_LEVEL", "INFO"))

# Spot checks of confirmed cases (抽查): hours between publishing the digest of the seed and the draw, and working days in
# which a household drawn is to be visited. Product decisions; a county may set others.
SPOT_DRAW_NOTICE_HOURS = 24
SPOT_TASK_DAYS = 20

# The bank file's format (kernel/payruns/formats/declared) where whoever sends the file names none.
PAY_FILE_FORMAT = os.environ.get("MINZHENG_PAY_FILE_FORMAT", "rcb_fixed")
