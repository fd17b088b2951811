"""The job that writes a package. It can be killed at any moment: what has its name is whole and has been read again.

Everything is written beside, under a name that begins with a full stop, and renamed when every byte has been checked. A job
that is cut off leaves that, which the next one throws away; two never write the same package.
"""

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import SCHEDULER
from archive import deliverable, notices, packing, waiting
from archive.delivery import Digest, FolderSink, Package, WrongFile, ZipSink
from archive.delivery.sinks import pieces
from archive.lifecycle import DELIVERY
from archive.models import Delivery, DeliveryFile
from kommun import policy
from kommun.alone import alone
from kommun.errors import StateConflict
from kommun.events import record as record_event

log = logging.getLogger(__name__)

S = Delivery.Status
LOCK = 7_040_021  # any fixed number: an advisory lock
SILENT = timedelta(minutes=2)  # a job that has said nothing for so long is begun again
STEPS = 50  # so many times the progress is written


@shared_task(name="archive.write_delivery")
def write_delivery(delivery_id: int) -> bool:
    """Write the package, read it again and give it its name. Safe to run twice; return True when this call did it.

    A file that is not what it was stops it with the file's name, and the delivery waits to be tried again.
    """
    with alone(LOCK, delivery_id) as only, override(settings.LANGUAGE_CODE), policy.remembered():
        rows = Delivery.objects.select_related("committee", "begun_by", "begun_for")
        row = rows.filter(pk=delivery_id, status=S.WRITING).first() if only else None
        if row is None:
            return False
        try:
            written = _write(row)
        except WrongFile as wrong:
            _stop(row, _what_is_wrong(wrong))
            return False
        except LookupError:
            _stop(row, _("Kommunens gemensamma mapp är inte inställd."))
            return False
        except Exception as error:
            log.exception("delivery %s could not be written", delivery_id)
            _stop(row, _("Paketet gick inte att skriva: %(error)s") % {"error": type(error).__name__})
            raise
        _finish(row, written)
        return True


def resume_deliveries() -> int:
    """Begin again with every package whose job has gone silent, and return how many were written. Safe to run twice."""
    silent = Delivery.objects.filter(status=S.WRITING, beat_at__lt=timezone.now() - SILENT)
    return sum(write_delivery(pk) for pk in list(silent.values_list("pk", flat=True)))


# --- Writing ----------------------------------------------------------------------------------------------------------
def _write(row: Delivery) -> dict[str, Digest]:
    folder = packing.folder_of(row)
    folder.mkdir(parents=True, exist_ok=True)
    package = packing.package_of(row)
    for number in row.record_rows.filter(record=None).values_list("number", flat=True):
        raise WrongFile(str(number), "no record")
    if not row.secret:
        _refuse_secrets(package)
    Delivery.objects.filter(pk=row.pk).update(total=packing.size_of(package), done=0, beat_at=timezone.now())
    beside = folder / f".{row.name}.part"
    _throw_away(beside)
    tell = _teller(row, packing.size_of(package))
    try:
        written = _as_zip(row, package, beside, tell) if row.is_zip else _as_folder(row, package, beside, tell)
        _publish(beside, packing.place_of(row))
    except BaseException:
        with suppress(OSError):  # the next job throws it away
            _throw_away(beside)
        raise
    return written


def _as_zip(row: Delivery, package: Package, beside: Path, tell: Callable[[int], None]) -> dict[str, Digest]:
    sink = ZipSink(beside, row.name, package.made_at)
    packing.write(row, package, sink, tell)
    sink.close()
    tell(0)
    sink.verify()
    with beside.open("rb") as file:
        whole = sha256()
        for piece in pieces(file):
            whole.update(piece)
    row.package_sha256 = whole.hexdigest()
    return sink.written


def _as_folder(row: Delivery, package: Package, beside: Path, tell: Callable[[int], None]) -> dict[str, Digest]:
    target = packing.place_of(row)
    beside.mkdir()
    sink = FolderSink(beside)
    packing.write(row, package, sink, tell)
    tell(0)
    sink.verify()
    if target.exists():
        # Ours, when a job was killed between the new name and the note of it; otherwise somebody else's, and left alone.
        _same(target, sink.written)
        _throw_away(beside)
    row.package_sha256 = ""
    return sink.written


def _same(target: Path, written: dict[str, Digest]) -> None:
    there = FolderSink(target)
    there.written = written
    try:
        there.verify()
    except WrongFile as other:
        raise WrongFile(target.name, "taken") from other


def _publish(beside: Path, target: Path) -> None:
    """Give the package its name, in one step that is done or not done, also when the power goes."""
    if beside.exists():
        beside.rename(target)
    with suppress(OSError):  # a share on another machine may not be able to
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _throw_away(beside: Path) -> None:
    if beside.is_dir():
        shutil.rmtree(beside)
    else:
        beside.unlink(missing_ok=True)


def _refuse_secrets(package: Package) -> None:
    """Raise WrongFile when a record has been marked as secret since the package was prepared."""
    for item in package.items:
        if item.secrecy is not None:
            raise WrongFile(str(item.number), "secret")


def _teller(row: Delivery, total: int) -> Callable[[int], None]:
    every, done, told = max(1, total // STEPS), 0, 0

    def tell(size: int) -> None:
        nonlocal done, told
        done += size
        if size and done - told < every and done < total:
            return
        told = done
        Delivery.objects.filter(pk=row.pk, status=S.WRITING).update(done=min(done, total), beat_at=timezone.now())

    return tell


# --- What came of it --------------------------------------------------------------------------------------------------
@transaction.atomic
def _finish(row: Delivery, written: dict[str, Digest]) -> None:
    """Note the contents, and that the package is there. Somebody else's turn, when it is no longer being written."""
    found = Delivery.objects.select_for_update(of=("self",)).select_related("committee", "begun_by").get(pk=row.pk)
    with suppress(StateConflict):
        step = DELIVERY.check("finish", found, SCHEDULER)
        now = timezone.now()
        DeliveryFile.objects.bulk_create(
            (
                DeliveryFile(
                    delivery=found,
                    version=found.version,
                    path=path,
                    size=digest.size,
                    sha256=digest.sha256,
                    sha512=digest.sha512,
                    verified_at=now,
                )
                for path, digest in sorted(written.items())
            ),
            batch_size=2000,
        )
        found.status, found.delivered_at, found.done = step.target, now, found.total
        found.place, found.package_sha256 = packing.place_of(found).name, row.package_sha256
        SCHEDULER.signs(found)
        found.save()
        rule = deliverable.delivery_rule()
        facts = {"version": found.version, "files": len(written), "sha256": found.package_sha256, "name": found.name}
        record_event("delivery.delivered", subject=found, actor=SCHEDULER, rules=[rule] if rule else [], data=facts)
        waiting.wait_for_receipt(found, rule, SCHEDULER)
        notices.delivery_made(found)


@transaction.atomic
def _stop(row: Delivery, why: str) -> None:
    found = Delivery.objects.select_for_update(of=("self",)).get(pk=row.pk)
    with suppress(StateConflict):
        step = DELIVERY.check("stop", found, SCHEDULER)
        found.status, found.problem, found.done = step.target, why[:500], 0
        SCHEDULER.signs(found)
        found.save()
        record_event("delivery.stopped", subject=found, actor=SCHEDULER, data={"version": found.version, "why": why})


def _what_is_wrong(wrong: WrongFile) -> str:
    name = {"name": wrong.name}
    match wrong.what:
        case "secret":
            return (
                _(
                    "Handling %(name)s har sekretessmarkerats sedan leveransen förbereddes. Återta den och förbered en ny."
                )
                % name
            )
        case "no record":
            return _("Handling %(name)s finns inte kvar. Återta leveransen och förbered en ny.") % name
        case "taken":
            return _("I mappen finns redan något annat som heter %(name)s. Flytta det och försök igen.") % name
        case "gone":
            return _("Filen %(name)s finns inte kvar. Inget är levererat.") % name
        case _:
            return _("Filen %(name)s har fel kontrollsumma. Inget är levererat.") % name
