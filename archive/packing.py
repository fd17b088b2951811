"""From a delivery in the database to a package that can be written: the records, their files, their names, what is known."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.models import Unit
from archive.delivery import Digest, Item, Package, Sink, Source, ZipSink, write_bag, write_fgs, write_folder
from archive.delivery.package import moment
from archive.delivery.sinks import pieces
from archive.models import Delivery, DiarySheet, Record, RecordFile, StoredFile
from kommun import SOFTWARE, VERSION
from kommun.half_years import half_key, half_name, last_day
from kommun.models import Municipality
from kommun.naming import DELIVERY, RECORD, fill_pattern, plain_name

F = Delivery.Form
WRITERS = {F.FILES: write_folder, F.BAGIT: write_bag, F.FGS: write_fgs}
KEPT = "deliveries"  # below MEDIA_ROOT: the packages that are downloaded


def folder_of(delivery: Delivery) -> Path:
    """Return the folder that the package is written in. Raises LookupError where no shared folder has been set."""
    if delivery.is_zip:
        return Path(settings.MEDIA_ROOT) / KEPT
    if not settings.DELIVERY_FOLDER:
        raise LookupError("DELIVERY_FOLDER")
    return Path(settings.DELIVERY_FOLDER)


def place_of(delivery: Delivery) -> Path:
    """Return where the package lies when it has been written. Raises LookupError as `folder_of`."""
    return folder_of(delivery) / (f"{delivery.name}.zip" if delivery.is_zip else delivery.name)


def name_for(committee: Unit, starts_on: date, form: str, *, secret: bool) -> str:
    """Return what a package is called, as the municipality names them, and another name than every package before.

    Packages for e-archives have names of the letters a to z, because not every system can read others.
    """
    municipality = Municipality.current()
    values = {"nämnd": committee.name, "halvår": half_key(starts_on), "år": str(starts_on.year)}
    name = fill_pattern((municipality and municipality.delivery_name) or DELIVERY, values)
    name += " sekretess" if secret else ""
    name = name if form == F.FILES else plain_name(name) or f"leverans-{half_key(starts_on)}"
    between = " " if form == F.FILES else "-"
    taken = {one.casefold() for one in Delivery.objects.filter(name__istartswith=name).values_list("name", flat=True)}
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{name}{between}{number}"
    return found


def package_of(delivery: Delivery) -> Package:
    """Return the package. Its texts are in the municipality's language, and the only time in it is `begun_at`."""
    with override(settings.LANGUAGE_CODE):
        records = list(_records(delivery))
        municipality = Municipality.current()
        name = half_name(delivery.starts_on)
        channels = len({record.channel_id for record in records})
        words = {"n": len(records), "channels": channels}
        said = ngettext(
            "%(n)s handling från kommunens konton i sociala medier, ur %(channels)s kanaler.",
            "%(n)s handlingar från kommunens konton i sociala medier, ur %(channels)s kanaler.",
            len(records),
        )
        title = f"{delivery.committee}, {name[:1].lower()}{name[1:]}"
        return Package(
            name=delivery.name,
            identifier=delivery.reference,
            title=f"{title}, {_('sekretessmarkerade handlingar')}" if delivery.secret else title,
            description=said % words,
            municipality=municipality.name if municipality else str(delivery.committee),
            committee=delivery.committee.name,
            contact=municipality.contact_email if municipality else "",
            first_day=delivery.starts_on,
            last_day=last_day(delivery.starts_on),
            made_at=delivery.begun_at or delivery.prepared_at,
            software=SOFTWARE,
            version=VERSION,
            secret=delivery.secret,
            items=tuple(_items(records, (municipality and municipality.delivery_record_name) or RECORD)),
        )


def write(delivery: Delivery, package: Package, sink: Sink, tell: Any) -> None:
    """Write the package in the delivery's form. Raises WrongFile."""
    WRITERS[F(delivery.form)](package, sink, tell)


def size_of(package: Package) -> int:
    """Return the bytes of all kept files, which is what the progress is counted in."""
    return sum(source.size for item in package.items for source in item.sources)


def open_package(delivery: Delivery) -> IO[bytes]:
    """Return the package as an open zip: the one that was written, or one of the folder that was.

    Raises OSError where it is gone or no longer what was written, and LookupError as `folder_of`.
    """
    if delivery.is_zip:
        return place_of(delivery).open("rb")
    written = {
        row.path: Digest(row.size, row.sha256, row.sha512)
        for row in delivery.file_rows.filter(version=delivery.version)
    }
    folder = place_of(delivery)
    beside_others = Path(settings.MEDIA_ROOT) / KEPT  # not in memory, where small installations have their /tmp
    beside_others.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=beside_others) as beside:
        sink = ZipSink(Path(beside) / "package.zip", delivery.name, delivery.begun_at or delivery.prepared_at)
        for path, digest in written.items():
            with (folder / path).open("rb") as file:
                if sink.put(path, pieces(file), digest.size) != digest:
                    raise OSError(path)
        sink.close()
        return sink.file.open("rb")  # it can be read after its name is gone


# --- The records ------------------------------------------------------------------------------------------------------
def _records(delivery: Delivery) -> Any:
    files = Prefetch("file_rows", RecordFile.objects.select_related("file").order_by("place", "pk"))
    sheets = Prefetch("sheets", DiarySheet.objects.order_by("pk"))
    rows = Record.objects.filter(delivery_rows__delivery=delivery)
    return rows.select_related("channel__unit", "channel__platform").prefetch_related(files, sheets).order_by("pk")


def _items(records: list[Record], pattern: str) -> list[Item]:
    taken: set[str] = set()
    above: set[str] = set()
    return [_item(record, _folder(record, pattern, taken, above)) for record in records]


def _folder(record: Record, pattern: str, taken: set[str], above: set[str]) -> str:
    """Return the record's folder, and another than every record before has, whatever the pattern leaves out."""
    day = timezone.localdate(record.occurred_at).isoformat()
    values = {
        "kanal": record.channel.name,
        "plattform": record.channel.platform.name,
        "enhet": record.channel.unit.name,
        "dag": day,
        "slag": str(record.get_kind_display()),
        "nummer": str(record.pk),
        "diarienummer": record.diary_number or _("utan diarienummer"),
    }
    folder = fill_pattern(pattern, values)
    # Two records in one folder, or one inside another's, would mix their files.
    if folder.casefold() in taken or folder.casefold() in above or not _parents(folder).isdisjoint(taken):
        folder = "-".join([*folder.split("/"), str(record.pk)])
    taken.add(folder.casefold())
    above |= _parents(folder)
    return folder


def _parents(folder: str) -> set[str]:
    """Return the folders that the folder lies in, as they are compared."""
    parts = folder.casefold().split("/")
    return {"/".join(parts[:depth]) for depth in range(1, len(parts))}


def _item(record: Record, folder: str) -> Item:
    return Item(
        number=record.pk,
        title=str(record),
        folder=folder,
        occurred_at=record.occurred_at,
        row={
            "handling": str(record),
            "slag": str(record.get_kind_display()),
            "riktning": str(record.get_direction_display()),
            "kanal": str(record.channel),
            "dag": timezone.localdate(record.occurred_at).isoformat(),
            "diarienummer": record.diary_number,
            "sekretess": record.secrecy_provision,
        },
        facts=_facts(record),
        sources=tuple(_source(row.file) for row in record.file_rows.all()),
        secrecy=record.secrecy,
    )


def _source(file: StoredFile) -> Source:
    def open_it() -> IO[bytes]:
        return file.file.storage.open(str(file.file.name), "rb")

    return Source(
        number=file.pk,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        kept_at=file.at,
        how=str(file.get_how_display()),
        open=open_it,
    )


def _facts(record: Record) -> dict[str, Any]:
    """Return all that is known about the record, in words and in the keys of the product."""
    mark = record.secrecy
    return {
        "number": record.pk,
        "kind": {"key": record.kind, "label": str(record.get_kind_display())},
        "direction": {"key": record.direction, "label": str(record.get_direction_display())},
        "channel": {
            "number": record.channel_id,
            "name": record.channel.name,
            "platform": record.channel.platform.name,
            "unit": record.channel.unit.name,
        },
        "occurred_at": moment(record.occurred_at),
        "known_at": moment(record.known_at),
        "text": record.text,
        "text_notes": record.text_notes,
        "author": record.author,
        "source_url": record.source_url,
        "belongs_to": record.subject_label,
        "keeping": {"key": record.keeping, "label": str(record.get_keeping_display())},
        "retention_class": record.retention_class,
        "diary_number": record.diary_number,
        "diary": [_sheet(sheet) for sheet in record.sheets.all()],
        "secrecy": {"provision": mark.provision, "date": mark.date.isoformat(), "authority": mark.authority}
        if mark
        else None,
    }


def _sheet(sheet: DiarySheet) -> dict[str, Any]:
    return {
        "status": {"key": sheet.status, "label": str(sheet.get_status_display())},
        "document_date": sheet.document_date.isoformat(),
        "counterpart": sheet.counterpart,
        "counterpart_apart": sheet.counterpart_apart,
        "concerns": sheet.concerns,
        "concerns_apart": sheet.concerns_apart,
        "matter": sheet.matter,
        "matter_number": sheet.matter_number,
        "diary_number": sheet.diary_number,
        "reason": sheet.reason,
        "answered_at": moment(sheet.answered_at) if sheet.answered_at else None,
    }
