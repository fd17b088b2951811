"""The municipality: settings, policy, calendar, event and lifecycle kernel, shared user interface. Knows no other app."""

from kommun.celery import app as celery_app

__all__ = ["celery_app"]
