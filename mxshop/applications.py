"""The apps and the middleware of the shop, in their order; settings.py adds what DEBUG brings."""

APPS = (
    "mxshop.admin_site.ShopAdminConfig",  # django.contrib.admin with the shop's own site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "django_guid",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_tasks",
    "django_tasks_db",
    "django_ckeditor_5",
    "social_django",
    "extra_apps.social_jwt",
    "extra_apps.idempotency",
    "apps.users",
    "apps.goods",
    "apps.user_operation",
    "apps.trade",
    "demo",
    "mxshop",
)

MIDDLEWARE = (
    "django_guid.middleware.guid_middleware",  # first: every log line has the request's id
    "utils.metrics.middleware.MetricsMiddleware",  # all that follows is counted and timed
    "utils.api.middleware.LanguageMiddleware",  # before all that refuses: refusals have one, too
    "utils.api.middleware.RequestSizeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "utils.api.middleware.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "utils.cache.responses.KeptAnswersMiddleware",  # the ones above add to every answer
    "utils.api.finished.FinishedMiddleware",
    "utils.api.outages.OutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "utils.journal.middleware.StaffAtWorkMiddleware",
    "mxshop.admin_headers.AdminPolicyMiddleware",
    "utils.api.middleware.TooLargeNumberMiddleware",
    "mxshop.refusals.RefusalMiddleware",
    "utils.alipay.patience.GatewayPatienceMiddleware",
)
