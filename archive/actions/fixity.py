"""Every stored file is read again and again: is it still what was kept? The oldest answer first, a slice at a time."""

import logging
import time
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import Actor
from accounts.models import Appointment
from accounts.organisation import Organisation
from archive import notices
from archive.duties import FILE_DAMAGED
from archive.models import FixityCheck, StoredFile
from channels import clock
from kommun.events import record as record_event

log = logging.getLogger(__name__)
SLICE = 500  # files
SECONDS = 60  # of a round
R = FixityCheck.Result


def check_files(*, now: datetime, actor: Actor) -> int:
    """Check a slice of the files that have waited longest, and return how many. Safe to run twice and to be ended.

    A file is due settings.FIXITY_DAYS after its last check. A storage that does not answer is no damage: the file waits,
    the rest are checked, and the first OSError is raised afterwards, so that the task ends as failed.
    """
    ends, done, failures = time.monotonic() + SECONDS, 0, []
    for pk in _due(now):
        if time.monotonic() > ends:
            break
        try:
            done += check_file(file_id=pk, actor=actor) is not None
        except OSError as error:
            log.exception("Stored file %s could not be read", pk)
            failures.append(error)
    if failures:
        raise failures[0]
    return done


def _due(now: datetime) -> list[int]:
    never = StoredFile.objects.filter(fixity__isnull=True).order_by("pk").values_list("pk", flat=True)[:SLICE]
    found = list(never)
    if len(found) < SLICE:
        old = FixityCheck.objects.filter(checked_at__lt=now - timedelta(days=settings.FIXITY_DAYS))
        found += old.order_by("checked_at", "pk").values_list("file_id", flat=True)[: SLICE - len(found)]
    return found


def check_file(*, file_id: int, actor: Actor) -> FixityCheck | None:
    """Compute the file's checksum again, write down what came of it, and raise the alarm when it is another.

    Returns None for a file whose row is gone meanwhile. Raises OSError when the storage does not answer.
    """
    file = StoredFile.objects.filter(pk=file_id).first()
    if file is None:
        return None
    found = _checksum(str(file.file.name))  # outside the transaction: a large file takes its time
    result = R.GONE if found is None else R.SAME if found == file.sha256 else R.CHANGED
    now = timezone.now()
    with transaction.atomic():
        if not StoredFile.objects.select_for_update().filter(pk=file_id).exists():
            return None
        before = FixityCheck.objects.filter(file=file).first()
        since = None if result == R.SAME else (before and before.since) or now
        row, _made = FixityCheck.objects.update_or_create(
            file=file,
            defaults={"result": result, "checked_at": now, "since": since, "found_sha256": found or ""},
        )
        _tell(row, before.result if before else R.SAME, actor)
    return row


def _checksum(path: str) -> str | None:
    """Return the sha-256 of the bytes, None when there are none."""
    digest = sha256()
    try:
        with default_storage.open(path) as content:
            for chunk in content.chunks():
                digest.update(chunk)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def _tell(row: FixityCheck, before: str, actor: Actor) -> None:
    """Say what has changed since the last check: damage once, and that it is mended."""
    if row.result == before:
        return
    if row.result == R.SAME:
        record_event("file.whole_again", subject=row.file, actor=actor, data={"sha256": row.file.sha256})
        clock.meet(FILE_DAMAGED, row.file, actor)
        return
    facts = {"result": row.result, "kept": row.file.sha256, "found": row.found_sha256}
    record_event("file.damaged", subject=row.file, actor=actor, data=facts)
    log.error(
        "Stored file %s is %s: kept %s, found %s", row.file_id, row.result, row.file.sha256, row.found_sha256 or "-"
    )
    organisation = Organisation.load(timezone.localdate())
    with override(settings.LANGUAGE_CODE):
        label = _("Ta reda på varför fil %(number)s inte är som den sparades") % {"number": row.file_id}
    holder = organisation.responsible_for(Appointment.Role.ARCHIVIST, None).asked
    clock.begin(clock.Due(FILE_DAMAGED, row.file, label, url=row.file.get_absolute_url(), holder=holder), actor)
    notices.file_damaged(row, organisation)
