"""The Celery application and its schedule.

The schedule is reviewed code, in Swedish time. Nothing that runs once a day is planned between 02 and 03, when the clocks change.
Queues may lose a message: every task is idempotent and asks the database what is due and not yet done.
"""

import logging
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import after_setup_logger
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kommun.settings")

app = Celery("kanalkollen")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "unsent mail": {"task": "kommun.send_unsent_mail", "schedule": crontab()},
    "the clock": {"task": "channels.sweep", "schedule": crontab()},
    # At 07.30, and again all day, should it not have been written then. The task knows which days are working days.
    "the digest of the day": {"task": "channels.write_digests", "schedule": crontab(hour="7-17", minute="*/5")},
    "a register that is true": {"task": "channels.reconcile", "schedule": crontab(minute=7)},
    "files nobody came back for": {"task": "kommun.throw_away_aside", "schedule": crontab(hour=4, minute=40)},
    "steps whose person is away": {"task": "channels.reassign_open_steps", "schedule": crontab(minute="*/10")},
    "people who have left": {"task": "accounts.let_leavers_go", "schedule": crontab(minute=5)},
    "what is published": {"task": "channels.publish", "schedule": crontab()},
    "imports whose job was lost": {"task": "channels.resume_imports", "schedule": crontab()},
    "snapshots whose job was lost": {"task": "archive.complete_lost", "schedule": crontab(minute="*/5")},
    "files that are what they were": {"task": "archive.check_files", "schedule": crontab(minute="*/10")},
    # The capture worker may be busy with a round: the messages of the minutes meanwhile are not kept for it.
    "snapshots to capture": {"task": "archive.capture_due", "schedule": crontab(), "options": {"expires": 55}},
    "files without a row": {"task": "archive.throw_away_orphans", "schedule": crontab(hour=4, minute=50)},
    "retention classes": {"task": "archive.put_classes", "schedule": crontab(hour=5, minute=10)},
    "disposal that is confirmed": {"task": "archive.carry_out_disposals", "schedule": crontab(minute="*/10")},
    "deliveries whose job was lost": {"task": "archive.resume_deliveries", "schedule": crontab()},
    "what the registrar has taken in": {"task": "moderation.note_receipts", "schedule": crontab()},
    "blocks and crises": {"task": "moderation.end_what_has_run_out", "schedule": crontab()},
    "figures of the moderation": {"task": "moderation.count_cases", "schedule": crontab(minute=35)},
    "figures of long ago": {"task": "moderation.count_all_cases", "schedule": crontab(hour=4, minute=25)},
    "imports to forget": {"task": "channels.forget_imports", "schedule": crontab(hour=4, minute=20)},
}


@after_setup_logger.connect
def be_quiet_in_the_demo(**_kwargs: Any) -> None:
    """Write no line for each job that went well where somebody tries the product: it hides the address and the sign-ins."""
    if settings.DEMO:
        for name in ("celery.worker.strategy", "celery.app.trace"):
            logging.getLogger(name).setLevel(logging.WARNING)
