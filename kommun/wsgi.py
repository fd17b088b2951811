"""The WSGI entry point, `kommun.wsgi:application`."""

import os
from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kommun.settings")

application: Callable[..., Iterable[bytes]] = get_wsgi_application()

if settings.PUBLISH_ROOT:
    from kommun.published_first import PublishedFirst  # it has a model, so Django comes first

    application = PublishedFirst(application, settings.PUBLISH_ROOT)
