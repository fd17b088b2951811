"""The WSGI entry point, `kommun.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kommun.settings")

application = get_wsgi_application()
