"""From a file to the register: bring in, look, say yes. Nothing is changed before somebody has said so, and then all of it.

Reading and applying are jobs: each can be cut off and begun again, and two of them never work on the same import. The rows
are judged a second time when they are applied, while nobody else can change the register; when one of them would then do
something else than what was said yes to, nothing is applied and the person looks again.
"""

import gc
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.files.base import File
from django.db import connection, connections, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import Actor
from accounts.importing import write_people, write_units
from accounts.models import Appointment, User
from accounts.organisation import Organisation
from channels import clock
from channels.actions.register_import import write_channels
from channels.imports import files
from channels.imports.columns import missing_columns
from channels.imports.judging import Judgement
from channels.imports.kinds import ABOVE, limits_of
from channels.imports.lifecycle import IMPORT, why_not_import, why_not_import_kind
from channels.imports.reading import ReadError, check
from channels.models.imports import ImportRow, ImportRun
from kommun import policy
from kommun.alone import alone
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record

log = logging.getLogger(__name__)

S, V = ImportRun.State, ImportRow.Verdict
STEPS = 20  # so many times the progress is written, whatever the size: the queries do not grow with the file
SILENT = timedelta(minutes=2)  # a job that has said nothing for so long is begun again
JOB_LOCK, REGISTER_LOCK = 7_040_011, 7_040_012  # any fixed numbers: advisory locks
KEPT = timedelta(days=30)
_AS_TEXT = json.JSONEncoder(ensure_ascii=False).encode
NOTHING_SAID = _AS_TEXT(Judgement(0, []).said)
STORE = """
COPY channels_importrow (run_id, number, verdict, title, target, overtaken, cells, "values", said) FROM STDIN
"""


# --- What people do ---------------------------------------------------------------------------------------------------
def looked_at(upload: File, kind: str) -> str:
    """Return a name for the file that is safe to show. Raises ReadError for what cannot be a table of the kind."""
    check(upload, upload.size or 0, limits_of(kind))  # type: ignore[arg-type]  # a Django file reads and seeks like any other
    upload.seek(0)
    return files.clean_name(upload.name or "")


def start_import(
    *, kind: str, upload: File, owner_id: int | None, unit_id: int | None, send_mail: bool, actor: Actor
) -> ImportRun:
    """Take a file in and begin to read it. `owner_id` and `unit_id` are for channels that the file gives none.

    Raises NotPermitted, or InvalidInput with what is wrong with the file.
    """
    if reason := why_not_import_kind(actor, kind):
        raise NotPermitted(reason)
    size = upload.size or 0
    try:
        looked_at(upload, kind)
    except ReadError as error:
        raise InvalidInput({"file": [str(error)]}) from error
    digest = sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    name = files.clean_name(upload.name or "")
    upload.name = digest.hexdigest()  # what people call a file is kept in the row, not on the disk
    with transaction.atomic():
        run = ImportRun.objects.create(
            kind=kind,
            file=upload,
            name=name,
            size=size,
            sha256=digest.hexdigest(),
            owner_id=owner_id,
            unit_id=unit_id,
            send_mail=send_mail,
            created_by=actor.person,
        )
        record("import.started", subject=run, actor=actor, data={"kind": kind, "sha256": run.sha256, "size": size})
        _queue(read_import, run)
    return run


@transaction.atomic
def choose_columns(
    *, run_id: int, columns: dict[str, int], owner_id: int | None, unit_id: int | None, actor: Actor
) -> ImportRun:
    """Say which column is what, and who answers for the time being; the file is judged anew.

    Raises NotPermitted, StateConflict, or InvalidInput when a column that is needed has not been pointed out.
    """
    run = _lock(run_id)
    move = IMPORT.check("choose_columns", run, actor)
    if missing := missing_columns(columns, run.kind):
        raise InvalidInput({"columns": [_("Peka ut en kolumn för: %(what)s.") % {"what": ", ".join(missing)}]})
    run.columns, run.owner_id, run.unit_id = columns, owner_id, unit_id
    run.state, run.done, run.beat_at = move.target, 0, timezone.now()
    run.save()
    record("import.columns_chosen", subject=run, actor=actor, data={"columns": sorted(columns)})
    _queue(read_import, run)
    return run


@transaction.atomic
def accept_import(*, run_id: int, reading: int, actor: Actor) -> ImportRun:
    """Say yes to what the preview showed. `reading` tells which preview: a newer one has to be looked at first.

    Raises NotPermitted or StateConflict (already applied, judged anew, or nothing in it to bring in).
    """
    run = _lock(run_id)
    move = IMPORT.check("accept", run, actor)
    if run.reading != reading:
        raise StateConflict(_("Filen har lästs på nytt sedan du såg förhandsvisningen. Titta igenom den igen."))
    wanted = run.rows.filter(verdict__in=[V.CREATE, V.CHANGE]).count()
    if not wanted:
        raise StateConflict(_("Det finns inget att föra in."))
    run.state, run.accepted_by, run.done, run.total = move.target, actor.person, 0, wanted
    run.beat_at = timezone.now()
    run.save()
    record("import.accepted", subject=run, actor=actor, data={"rows": wanted})
    _queue(apply_import, run)
    return run


@transaction.atomic
def discard_import(*, run_id: int, actor: Actor) -> ImportRun:
    """Throw a file away that has not been applied. Raises NotPermitted or StateConflict."""
    run = _lock(run_id)
    move = IMPORT.check("discard", run, actor)
    run.state, run.finished_at = move.target, timezone.now()
    run.save()
    record("import.discarded", subject=run, actor=actor)
    _forget(run)
    return run


# --- The jobs ---------------------------------------------------------------------------------------------------------
@shared_task(name="channels.read_import")
def read_import(run_id: int) -> bool:
    """Judge every row of the file and store what was said. Safe to run twice; return True when this call did it."""
    with alone(JOB_LOCK, run_id) as only, override(settings.LANGUAGE_CODE), policy.remembered():
        run = ImportRun.objects.filter(pk=run_id, state=S.READING).first() if only else None
        if run is None:
            return False
        try:
            _read(run)
        except ReadError as error:
            _refuse(run, str(error))
        except Exception:
            log.exception("import %s could not be read", run_id)
            _refuse(run, _("Filen går inte att läsa. Spara tabellen i en ny fil, som xlsx eller CSV, och försök igen."))
            raise
        return True


def _read(run: ImportRun) -> None:
    table = files.read_table(run)
    run.header, run.remarks, run.total, run.done = table.header, table.remarks, len(table.lines), 0
    run.columns, missing = files.needs_columns(table, run)
    if missing:
        run.state = S.COLUMNS
        run.save()
        return
    run.calendar = (
        clock.calendar_mark()
    )  # before the rows are judged: a day that is closed meanwhile is found at the yes
    run.save()
    run.rows.all().delete()
    batch: list[Judgement] = []
    step = max(1, -(-run.total // STEPS))
    with _left_alone():
        for found in files.judge(run, table.lines, timezone.localdate()):
            batch.append(found)
            if len(batch) == step:
                _store(run, batch)
                batch = []
    if batch:
        _store(run, batch)
    run.state, run.reading = S.READY, run.reading + 1
    run.save()


@contextmanager
def _left_alone() -> Iterator[None]:
    """Let the collector of rubbish pass over what is there already: it would go through all lines of the file time and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _store(run: ImportRun, batch: list[Judgement], *, overtaken: bool = False) -> None:
    with connection.cursor() as cursor, cursor.copy(STORE) as rows:  # a third of what an insertion takes
        for found in batch:
            told = found.errors or found.remarks or found.changes or found.missing
            kept = _AS_TEXT(found.cells), _AS_TEXT(found.values), _AS_TEXT(found.said) if told else NOTHING_SAID
            rows.write_row(
                (run.pk, found.number, str(found.verdict), found.title[:300], found.target, overtaken, *kept)
            )
    run.done += len(batch)
    run.beat_at = timezone.now()
    run.save(update_fields=["done", "beat_at"])


def _refuse(run: ImportRun, why: str) -> None:
    run.rows.all().delete()
    run.state, run.problem, run.finished_at = S.REFUSED, why[:500], timezone.now()
    run.save()


@shared_task(name="channels.apply_import")
def apply_import(run_id: int) -> bool:
    """Write the rows that were said yes to, all in one transaction. Safe to run twice; return True when they were written."""
    with alone(JOB_LOCK, run_id) as only, override(settings.LANGUAGE_CODE), policy.remembered():
        run = (
            ImportRun.objects.filter(pk=run_id, state=S.APPLYING).select_related("accepted_by").first()
            if only
            else None
        )
        if run is None or run.accepted_by is None:
            return False
        try:
            with _progress(run) as tell:
                return _apply(run, _acting(run.accepted_by), tell)
        except NotPermitted as refusal:
            _back(run, str(refusal))
            return False
        except Exception:
            log.exception("import %s could not be applied", run_id)
            _back(
                run,
                _("Något gick fel och inget är infört. Försök igen, eller hör av dig till den som sköter systemet."),
            )
            raise


@transaction.atomic
def _apply(run: ImportRun, actor: Actor, tell: Callable[[int], None]) -> bool:
    if reason := why_not_import(actor, run):  # the person may have left the post since
        raise NotPermitted(reason)
    _stop_others(run)
    if run.kind in ABOVE and ABOVE[run.kind].unchanged(run):
        return _write_stored(run, actor, tell)
    calendar, lines = clock.calendar_mark(), files.read_table(run).lines
    now = {found.number: found for found in files.judge(run, lines, timezone.localdate())}
    overtaken = [
        now[number]
        for number, verdict, target, values in run.rows.values_list("number", "verdict", "target", "values")
        if now[number].core != (verdict, target, values)
    ]
    if overtaken:
        _look_again(run, list(now.values()), {found.number for found in overtaken}, calendar)
        return False
    if run.kind in ABOVE:
        return _write_stored(run, actor, tell)
    wanted = [found for found in now.values() if found.verdict in (V.CREATE, V.CHANGE)]
    match run.kind:
        case ImportRun.Kind.CHANNELS:
            write_channels(wanted, run_id=run.pk, actor=actor, tell=tell)
        case ImportRun.Kind.UNITS:
            write_units(wanted, run_id=run.pk, actor=actor, tell=tell)
        case _:
            write_people(wanted, run_id=run.pk, send_mail=run.send_mail, actor=actor, tell=tell)
    return _done(run, {verdict: sum(found.verdict == verdict for found in now.values()) for verdict in V.values}, actor)


def _write_stored(run: ImportRun, actor: Actor, tell: Callable[[int], None]) -> bool:
    """Do what the stored rows say, which is what was said yes to, as an app above does it."""
    ABOVE[run.kind].write(run, actor, tell)
    found = dict(run.rows.values_list("verdict").annotate(Count("pk")).order_by())
    return _done(run, dict.fromkeys(V.values, 0) | found, actor)


def _done(run: ImportRun, counts: dict[str, int], actor: Actor) -> bool:
    wanted = counts[V.CREATE] + counts[V.CHANGE]
    run.state, run.done, run.problem, run.finished_at = S.DONE, wanted, "", timezone.now()
    run.save()
    record("import.applied", subject=run, actor=actor, data=counts)
    # The commit checks every reference of every row. This session may have planned the checks when the register was empty
    # and reading all of it was cheapest; now they are planned for what is there.
    connection.cursor().execute("DISCARD PLANS")
    return True


def _look_again(run: ImportRun, found: list[Judgement], overtaken: set[int], calendar: str) -> None:
    """Put the import back to the preview, with the rows as they are now. Nothing else has been written."""
    run.rows.all().delete()
    run.done, run.total = 0, len(found)
    _store(run, [one for one in found if one.number in overtaken], overtaken=True)
    _store(run, [one for one in found if one.number not in overtaken])
    run.state, run.reading = S.READY, run.reading + 1
    run.problem = (
        _("Registret har ändrats sedan du såg förhandsvisningen. Inget är infört. Titta på raderna igen.")
        if run.calendar == calendar
        else _(
            "Kommunens stängda dagar har ändrats sedan du såg förhandsvisningen, så några tider blir andra."
            " Inget är infört. Titta på raderna igen."
        )
    )
    run.calendar = calendar
    run.save()


def _back(run: ImportRun, why: str) -> None:
    ImportRun.objects.filter(pk=run.pk, state=S.APPLYING).update(state=S.READY, problem=why[:500], done=0)


def resume_imports() -> int:
    """Begin again with every import whose job has gone silent, and return how many. Safe to run twice."""
    silent = ImportRun.objects.filter(beat_at__lt=timezone.now() - SILENT)
    jobs = {S.READING: read_import, S.APPLYING: apply_import}
    return sum(
        job(pk) for state, job in jobs.items() for pk in list(silent.filter(state=state).values_list("pk", flat=True))
    )


def forget_imports() -> int:
    """Take away file and rows of imports older than thirty days; what was done stays in the log. Return how many.

    A list of people is kept no longer than it is needed (GDPR art. 5.1 e).
    """
    old = ImportRun.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(file="")
    done = 0
    for run in old.exclude(state__in=[S.READING, S.APPLYING]):
        with transaction.atomic():
            if run.state in (S.COLUMNS, S.READY):
                run.state, run.finished_at = S.DISCARDED, timezone.now()
            _forget(run)
        done += 1
    return done


def _forget(run: ImportRun) -> None:
    file, storage = run.file.name, run.file.storage
    run.rows.all().delete()
    run.file = ""
    run.save()
    transaction.on_commit(lambda: storage.delete(file) if file else None)


# --- How the jobs keep out of each other's way ------------------------------------------------------------------------
def _lock(run_id: int) -> ImportRun:
    return ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)


def _queue(job: Any, run: ImportRun) -> None:
    # Robust: the file is taken in, also when nobody can be told that there is work. The sweep finds it.
    transaction.on_commit(lambda: job.delay(run.pk), robust=True)


def _acting(user: User) -> Actor:
    organisation = Organisation.load(timezone.localdate())
    roles = frozenset(role for role in Appointment.Role.values if organisation.holds(user, role, None))
    return Actor(user, roles=roles)


def _stop_others(run: ImportRun) -> None:
    """Let nobody else change what the rows are about until the transaction ends; readers are not held up.

    Channels: exclusive, and channels before addresses, so that whoever holds a channel's row finishes before we begin and
    nobody waits in a circle. People: only the rows themselves, because everybody who signs in writes in the table.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        if run.kind in ABOVE:
            return
        match run.kind:
            case ImportRun.Kind.CHANNELS:
                cursor.execute("LOCK TABLE channels_channel IN EXCLUSIVE MODE")
                cursor.execute("LOCK TABLE channels_channeladdress IN EXCLUSIVE MODE")
            case ImportRun.Kind.UNITS:
                cursor.execute("LOCK TABLE accounts_unit IN SHARE ROW EXCLUSIVE MODE")
            case _:
                about = run.rows.filter(target__isnull=False).values("target")
                list(User.objects.filter(pk__in=about).order_by("pk").select_for_update(of=("self",), no_key=True))


@contextmanager
def _progress(run: ImportRun) -> Iterator[Callable[[int], None]]:
    """Give a function that writes how many rows are done, on a connection of its own: others see it before the commit."""
    own = connections.create_connection("default")
    every, told = max(1, -(-run.total // STEPS)), 0

    def tell(done: int) -> None:
        nonlocal told
        if done - told < every and done < run.total:
            return
        told = done
        with own.cursor() as cursor:
            cursor.execute(
                "UPDATE channels_importrun SET done = %s, beat_at = now() WHERE id = %s AND state = %s",
                [done, run.pk, S.APPLYING],
            )

    try:
        yield tell
    finally:
        own.close()
