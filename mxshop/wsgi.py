"""The WSGI door that uwsgi (deploy/uwsgi.ini) opens."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mxshop.settings")

application = get_wsgi_application()
