"""The WSGI door that uwsgi (deploy/uwsgi.ini) opens."""

import os

from django.core.wsgi import get_wsgi_application

from utils.db.web_process import bound_database_waits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mxshop.settings")

application = get_wsgi_application()
bound_database_waits()
