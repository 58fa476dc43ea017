"""The WSGI application that uwsgi (deploy/uwsgi.ini) opens."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from utils.db.web_process import bound_database_waits, connection_renew

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mxshop.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.exit(str(error))  # its lines, without a trace

from mxshop.startup.database import refuse_database

bound_database_waits()
connection_renew()
refuse_database()
