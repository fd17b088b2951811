"""The Celery application and its schedule.

The schedule is reviewed code, in Swedish time. Nothing is planned between 02 and 03, when the clocks change.
Queues may lose a message: every task is idempotent and asks the database what is due and not yet done.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kommun.settings")

app = Celery("kanalkollen")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "unsent mail": {"task": "kommun.send_unsent_mail", "schedule": crontab()},
    "steps whose person is away": {"task": "channels.reassign_open_steps", "schedule": crontab(minute="*/10")},
}
